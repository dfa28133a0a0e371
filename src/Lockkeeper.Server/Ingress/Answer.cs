using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>One answer in the making.</summary>
/// <param name="http">The request.</param>
/// <param name="dialect">The client's.</param>
/// <param name="request">What is noted of it.</param>
/// <param name="limits">What was in force when it came.</param>
/// <param name="time">The clock.</param>
internal sealed class Answer(HttpContext http, Dialect dialect, LiveRequest request, IngressOptions limits, TimeProvider time) : IDisposable
{
    private IDisposable? _body;

    public HttpContext Http { get; } = http;

    public LiveRequest Request { get; } = request;

    public IngressOptions Limits { get; } = limits;

    public KeepAlive KeepAlive { get; } = new(http.Response, limits.KeepAliveInterval, time);

    public StreamTap Tap { get; } = new(time, areNumbered: dialect == Dialect.Responses);

    /// <summary>Whether what the client gets is written here, in whole events and lines, and not passed in the pieces of its engine.</summary>
    public bool IsWritten { get; set; }

    /// <summary>Whether something may follow what the client has got. Between lines of JSON there must never be an empty one.</summary>
    public bool AtBoundary => IsWritten || (dialect == Dialect.Ollama ? Tap.AtLineBoundary : Tap.AtEventBoundary);

    /// <summary>The request's body is wanted until the answer is there.</summary>
    public void Holds(IDisposable body) => _body = body;

    public void Dispose() => _body?.Dispose();
}
