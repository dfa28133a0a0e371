using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>What is said while a model is fetched: a line of JSON each, or the last one alone for a client that wants no stream.</summary>
internal sealed class PullLines(HttpContext http, bool stream)
{
    private bool _begun;

    public CancellationToken ClientGone => http.RequestAborted;

    public async Task SayAsync(string status)
    {
        if (stream)
        {
            await BeginAsync();
            await WriteAsync("status", status);
        }
    }

    /// <summary>It is there.</summary>
    /// <returns>No error.</returns>
    public async Task<RouterError?> EndAsync()
    {
        await BeginAsync();
        await WriteAsync("status", "success");
        return null;
    }

    /// <summary>It does not come.</summary>
    /// <returns>The error, where it can still be an answer of its own.</returns>
    public async Task<RouterError?> FailAsync(RouterError error)
    {
        if (!_begun)
        {
            return error;
        }

        await WriteAsync("error", error.Message);
        return null;
    }

    private async Task BeginAsync()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        http.Response.ContentType = stream ? "application/x-ndjson" : "application/json; charset=utf-8";
        if (stream)
        {
            await WriteAsync("status", "pulling manifest");
        }
    }

    private async Task WriteAsync(string name, string text)
    {
        var line = JsonReply.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString(name, text);
            json.WriteEndObject();
        });
        await http.Response.Body.WriteAsync((byte[])[.. line, (byte)'\n'], ClientGone);
        await http.Response.Body.FlushAsync(ClientGone);
    }
}
