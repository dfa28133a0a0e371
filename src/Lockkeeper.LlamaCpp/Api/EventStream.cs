using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>A response of server-sent events, each flushed as it is written.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpContext _context;
    private readonly Utf8JsonWriter _json;

    /// <summary>Sends nothing yet: status and headers go with the first event.</summary>
    public EventStream(HttpContext context)
    {
        _context = context;
        _json = new Utf8JsonWriter(context.Response.BodyWriter, JsonReply.Options);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
    }

    /// <summary>For the JSON of the next event; <see cref="SendAsync"/> ends it.</summary>
    public Utf8JsonWriter Begin()
    {
        _context.Response.BodyWriter.Write("data: "u8);
        _json.Reset();
        return _json;
    }

    public async Task SendAsync()
    {
        Finish();
        await _context.Response.BodyWriter.FlushAsync(_context.RequestAborted);
    }

    /// <summary>Ends the event but leaves sending to the next one: the last events of an answer go in one packet.</summary>
    public void Finish()
    {
        _json.Flush();
        _context.Response.BodyWriter.Write("\n\n"u8);
    }

    public async Task DoneAsync()
    {
        _context.Response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await _context.Response.BodyWriter.FlushAsync(_context.RequestAborted);
    }

    public void Dispose() => _json.Dispose();
}
