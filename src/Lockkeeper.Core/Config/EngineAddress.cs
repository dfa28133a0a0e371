namespace Lockkeeper.Core.Config;

/// <summary>What can be the address of an engine.</summary>
internal static class EngineAddress
{
    public const string HostExample = "write scheme, host and port and nothing behind, as in http://127.0.0.1:8080";

    /// <summary>Scheme, host and port.</summary>
    public static bool IsHost(string url) => IsBase(url) && new Uri(url).AbsolutePath == "/";

    /// <summary>The same, and perhaps a path that all its routes begin with.</summary>
    public static bool IsBase(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.UserInfo.Length + address.Query.Length + address.Fragment.Length == 0;
}
