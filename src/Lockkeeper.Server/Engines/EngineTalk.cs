using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines;

/// <summary>What we ourselves ask an engine, and its answers, read to a bounded end. Never throws for what an engine does; it is in the reply.</summary>
internal sealed class EngineTalk(Upstream upstream, EngineSpec engine, TimeProvider time)
{
    /// <summary>How long an engine may take for an answer that costs it nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>No list of models and no report of a load is longer; what is, is not read to its end.</summary>
    public const int LongestAnswer = 4 * 1024 * 1024;

    public Upstream Upstream => upstream;

    /// <summary>A look: the headers of requests, not those of control calls.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="wantsBody">Whether the body is read.</param>
    /// <param name="cancellationToken">Ends it by an exception.</param>
    public Task<EngineReply> LookAsync(string path, bool wantsBody, CancellationToken cancellationToken) =>
        SendAsync(new ControlCall("GET", path, default), isControl: false, wantsBody ? Reading.Whole : Reading.None, Patience, cancellationToken);

    /// <summary>Asks the path that tells whether it is ready, which costs an engine nothing.</summary>
    public Task<EngineReply> ProbeReadyAsync(TimeSpan patience, CancellationToken cancellationToken) => ProbeAsync(new ControlCall("GET", engine.Ready.Path, default), patience, cancellationToken);

    /// <summary>A request as a client would send it, to find out whether it is answered: what is said is read where it is an error.</summary>
    public Task<EngineReply> ProbeAsync(ControlCall call, TimeSpan? patience, CancellationToken cancellationToken) =>
        SendAsync(call, isControl: false, Reading.Errors, patience, cancellationToken);

    /// <summary>A request as a client would send it.</summary>
    public Task<EngineReply> AskAsync(ControlCall call, TimeSpan? patience, CancellationToken cancellationToken) =>
        SendAsync(call, isControl: false, Reading.Whole, patience, cancellationToken);

    /// <summary>A call of its control API; read to the end, as some report there how it went.</summary>
    public Task<EngineReply> ControlAsync(ControlCall call, TimeSpan? patience, CancellationToken cancellationToken) =>
        SendAsync(call, isControl: true, Reading.Whole, patience, cancellationToken);

    private async Task<EngineReply> SendAsync(ControlCall call, bool isControl, Reading reading, TimeSpan? patience, CancellationToken cancellationToken)
    {
        var asked = $"{call.Method} {call.Path}";
        using var late = new CancellationTokenSource(patience ?? Timeout.InfiniteTimeSpan, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var request = RequestFor(call, isControl);
            using var answer = await upstream.Invoker.SendAsync(request, ended.Token);
            var isRead = reading == Reading.Whole || (reading == Reading.Errors && !answer.IsSuccessStatusCode);
            return new EngineReply(asked, (int)answer.StatusCode, isRead ? await ReadAsync(answer, ended.Token) : default);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new EngineReply(asked, null, default)
            {
                Trouble = $"failed: {failure.Message}",
                IsUnreached = failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } && IsRefused(failure),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new EngineReply(asked, null, default) { Trouble = string.Create(CultureInfo.InvariantCulture, $"had no answer for {patience!.Value.TotalSeconds:0.###} s"), IsLate = true };
        }
    }

    private HttpRequestMessage RequestFor(ControlCall call, bool isControl)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(call.Method), new Uri(upstream.BaseAddress, call.Path));
        if (!call.Body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(call.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        upstream.Authorize(request);
        if (isControl)
        {
            foreach (var (name, value) in engine.ControlHeaders)
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value.Value);
            }
        }

        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new ArrayBufferWriter<byte>();
        int read;
        while (bytes.WrittenCount < LongestAnswer && (read = await body.ReadAsync(bytes.GetMemory(4096), cancellationToken)) > 0)
        {
            bytes.Advance(read);
        }

        return bytes.WrittenMemory;
    }

    /// <summary>Nobody listens there: so nobody there holds any memory.</summary>
    private static bool IsRefused(Exception failure) => failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    /// <summary>How much of an answer is read.</summary>
    private enum Reading
    {
        None,
        Errors,
        Whole,
    }
}
