namespace Lockkeeper.Server.Ingress;

/// <summary>Limits of the request path, from the configuration.</summary>
internal sealed record IngressOptions(long MaxBody, TimeSpan KeepAliveInterval, TimeSpan RequestTimeout);
