using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Engines.Liveness;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Engines;

/// <summary>Where a ready instance answers, and the connections to it. One per run, so that no request of a new run meets a connection of an old one.</summary>
internal sealed class Upstream(Uri baseAddress, Secret? apiKey = null) : IDisposable
{
    /// <summary>Bounds the memory of known addresses, whatever paths clients invent.</summary>
    private const int MostKnown = 64;

    /// <summary>
    /// Engines close idle connections after 5 seconds (uvicorn, cpp-httplib, Node) or later. A request that is sent in this very moment is lost, and cannot be sent again,
    /// as nobody knows whether the engine has seen it: so ours close first.
    /// </summary>
    private static readonly TimeSpan ShorterThanAnyEngines = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Uri> _known = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _lost = new();

    public Uri BaseAddress { get; } = baseAddress;

    /// <summary>What passes between it and its requests.</summary>
    public Pulse Pulse { get; init; } = new(TimeProvider.System);

    /// <summary>Whether the run was found dead while its process lives: nobody need wait for an answer of it any more.</summary>
    public bool IsLost => _lost.IsCancellationRequested;

    /// <summary>Has that cancelled when it is lost.</summary>
    public CancellationTokenRegistration WhenLost(CancellationTokenSource end) => _lost.Token.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), end);

    /// <summary>It is lost.</summary>
    public void GiveUp() => _ = _lost.CancelAsync();

    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1, // as Kestrel reads them
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxConnectionsPerServer = int.MaxValue,
        PooledConnectionIdleTimeout = ShorterThanAnyEngines,
        ResponseDrainTimeout = TimeSpan.Zero,
    });

    /// <summary>The engine's address for a request's path and query, both as the client wrote them.</summary>
    /// <remarks>Parsing an address costs more than finding one, and nearly all requests go to the same few paths without a query.</remarks>
    public Uri UriOf(PathString path, QueryString query)
    {
        if (query.HasValue)
        {
            return Parse(path, query);
        }

        if (_known.TryGetValue(path.Value ?? "/", out var known))
        {
            return known;
        }

        var parsed = Parse(path, query);
        if (_known.Count < MostKnown)
        {
            _known.TryAdd(path.Value ?? "/", parsed);
        }

        return parsed;
    }

    /// <summary>Shows the engine the key it wants of us; whatever key the client has shown stays here.</summary>
    public void Authorize(HttpRequestMessage request)
    {
        if (apiKey is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey.Value);
        }
    }

    private Uri Parse(PathString path, QueryString query) => new(
        string.Concat(BaseAddress.GetLeftPart(UriPartial.Authority), path.ToUriComponent(), query.ToUriComponent()),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    public void Dispose() => Invoker.Dispose();
}
