namespace Lockkeeper.Server.Engines;

/// <summary>Where a ready instance answers, and the connections to it. One per run, so that no request of a new run meets a connection of an old one.</summary>
internal sealed class Upstream(Uri baseAddress) : IDisposable
{
    public Uri BaseAddress { get; } = baseAddress;

    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxConnectionsPerServer = int.MaxValue,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        ResponseDrainTimeout = TimeSpan.Zero,
    });

    public void Dispose() => Invoker.Dispose();
}
