using System.Security.Cryptography;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Security;

/// <summary>A key of the configuration, found where it is kept. What is held of it is its hash: no dump, log or message can give it away.</summary>
internal sealed class ApiKey(ApiKeyConfig given, byte[] hash)
{
    public ApiKeyConfig Given { get; } = given;

    /// <summary>Whether it is the key with that SHA-256 hash; takes the same time whatever differs.</summary>
    public bool HasHash(ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(hash, other);

    public bool IsSameAs(ApiKey other) => HasHash(other.Hash);

    public override string ToString() => Given.Name;

    private byte[] Hash => hash;
}
