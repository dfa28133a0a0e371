using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Security;

/// <summary>Tells who a request comes from by the key it carries.</summary>
/// <param name="keys">The keys there are.</param>
/// <param name="allowAnonymous">Whether one without is let in.</param>
/// <param name="catalog">The models that keys may name.</param>
/// <param name="time">The clock of limits.</param>
/// <param name="before">The ring this one takes the place of, whose counts go on; null for the first.</param>
internal sealed class KeyRing(IEnumerable<ApiKey> keys, bool allowAnonymous, ModelCatalog catalog, TimeProvider time, KeyRing? before = null)
{
    private const string Bearer = "Bearer ";

    /// <summary>As Anthropic's SDKs send it.</summary>
    private const string KeyHeader = "x-api-key";

    private readonly ImmutableArray<(ApiKey Key, Caller Caller)> _keys = [.. keys.Select(key => (key, Caller.Of(key.Given, catalog, time, before?.CallerOf(key.Given.Name))))];

    public Checked<Caller> Identify(HttpContext http)
    {
        if (_keys.IsEmpty)
        {
            // SDKs insist on sending a key; without any of ours it means nothing.
            return http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from) ? Caller.Local
                : allowAnonymous ? Caller.Guest
                : new RouterError.KeyMissing();
        }

        var presented = Presented(http.Request.Headers);
        return presented.IsEmpty
            ? allowAnonymous ? Caller.Guest : new RouterError.KeyMissing()
            : Find(presented) is { } caller ? caller : new RouterError.KeyUnknown();
    }

    private Caller? CallerOf(string name) => _keys.FirstOrDefault(known => known.Caller.Key == name).Caller;

    private static ReadOnlySpan<char> Presented(IHeaderDictionary headers)
    {
        foreach (var authorization in headers.Authorization)
        {
            if (authorization is not null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            {
                return authorization.AsSpan(Bearer.Length).Trim();
            }
        }

        return headers.TryGetValue(KeyHeader, out var key) && key.Count > 0 ? key[0].AsSpan().Trim() : default;
    }

    /// <summary>Compares with every key, whether one has matched or not: how long it takes says nothing about which.</summary>
    private Caller? Find(ReadOnlySpan<char> presented)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bytes = presented.Length <= 512 ? stackalloc byte[presented.Length] : new byte[presented.Length];
        Encoding.Latin1.GetBytes(presented, bytes); // byte for byte as it came
        SHA256.HashData(bytes, hash);
        Caller? found = null;
        foreach (var (key, caller) in _keys)
        {
            found = key.HasHash(hash) ? caller : found;
        }

        return found;
    }
}
