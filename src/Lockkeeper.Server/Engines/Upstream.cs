using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Engines.Liveness;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Engines;

/// <summary>Where a ready instance answers, and the connections to it. One per run, so that no request of a new run meets a connection of an old one.</summary>
/// <param name="baseAddress">Scheme, host and port; of a cloud also the path that stands for <c>/v1</c> there.</param>
/// <param name="apiKey">The key it wants of us; null for none.</param>
/// <param name="isCloud">Whether it is far away: found by way of the proxy that the environment names, and slow to connect to.</param>
internal sealed class Upstream(Uri baseAddress, Secret? apiKey = null, bool isCloud = false) : IDisposable
{
    private const string Version = "/v1";
    private const string AnthropicRoute = "/v1/messages";
    private const string AnthropicKey = "x-api-key";

    /// <summary>Bounds the memory of known addresses, whatever paths clients invent.</summary>
    private const int MostKnown = 64;

    /// <summary>
    /// Engines close idle connections after 5 seconds (uvicorn, cpp-httplib, Node) or later. A request that is sent in this very moment is lost, and cannot be sent again,
    /// as nobody knows whether the engine has seen it: so ours close first.
    /// </summary>
    private static readonly TimeSpan ShorterThanAnyEngines = TimeSpan.FromSeconds(3);

    /// <summary>Balancers of clouds keep idle connections for a minute; a new one costs a tenth of a second. Its address is looked up anew now and then.</summary>
    private static readonly TimeSpan ShorterThanAnyClouds = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan AddressHolds = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Uri> _known = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _lost = new();

    public Uri BaseAddress { get; } = baseAddress;

    /// <summary>What passes between it and its requests.</summary>
    public Pulse Pulse { get; init; } = new(TimeProvider.System);

    /// <summary>Looks whether the model is still there, when the engine answers with an error; tells why it is not. Null where an engine and its model are one.</summary>
    public Func<Task<InstanceFailure?>>? Suspicion { get; set; }

    /// <summary>Whether the run was found dead while its process lives: nobody need wait for an answer of it any more.</summary>
    public bool IsLost => _lost.IsCancellationRequested;

    /// <summary>Has that cancelled when it is lost.</summary>
    public CancellationTokenRegistration WhenLost(CancellationTokenSource end) => _lost.Token.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), end);

    /// <summary>It is lost.</summary>
    public void GiveUp() => _ = _lost.CancelAsync();

    /// <summary>Whether it speaks Anthropic's API and no other, and takes its key as that does.</summary>
    public bool IsAnthropic { get; init; }

    /// <summary>Sends again what was not taken; null where a failed try is for the caller to judge.</summary>
    public CloudRetries? Retries { get; init; }

    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = isCloud,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1, // as Kestrel reads them
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(isCloud ? 15 : 5),
        MaxConnectionsPerServer = int.MaxValue,
        PooledConnectionIdleTimeout = isCloud ? ShorterThanAnyClouds : ShorterThanAnyEngines,
        PooledConnectionLifetime = isCloud ? AddressHolds : Timeout.InfiniteTimeSpan,
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
        if (apiKey is null)
        {
            return;
        }

        if (IsAnthropic || request.RequestUri?.AbsolutePath.EndsWith(AnthropicRoute, StringComparison.Ordinal) == true)
        {
            request.Headers.TryAddWithoutValidation(AnthropicKey, apiKey.Value);
        }
        else
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey.Value);
        }
    }

    private Uri Parse(PathString path, QueryString query) => new(
        string.Concat(BaseAddress.GetLeftPart(UriPartial.Authority), PathOf(path), query.ToUriComponent()),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>Where the address has a path of its own, as in <c>https://host/api/v1</c>, that stands for <c>/v1</c>.</summary>
    private string PathOf(PathString path)
    {
        var asked = path.ToUriComponent();
        var own = BaseAddress.AbsolutePath.TrimEnd('/');
        return own.Length == 0 ? asked : string.Concat(own, asked.StartsWith($"{Version}/", StringComparison.Ordinal) ? asked[Version.Length..] : asked);
    }

    public void Dispose() => Invoker.Dispose();
}
