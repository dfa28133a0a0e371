using System.Buffers.Binary;
using System.Net;

namespace Lockkeeper.Core.Media;

/// <summary>Whether an address is somewhere on the public internet, and not on this machine, in this network, or at a host's own service of secrets.</summary>
/// <remarks>The registries of special-purpose addresses: RFC 6890 and its updates.</remarks>
internal static class PublicAddress
{
    private static readonly (uint Network, int Bits)[] NotPublic =
    [
        (Of(0, 0), 8),          // this network
        (Of(10, 0), 8),         // private
        (Of(100, 64), 10),      // carrier-grade NAT
        (Of(127, 0), 8),        // loopback
        (Of(169, 254), 16),     // link-local; clouds answer with credentials at 169.254.169.254
        (Of(172, 16), 12),      // private
        (Of(192, 0), 24),       // protocol assignments
        (Of(192, 0, 2), 24),    // documentation
        (Of(192, 88, 99), 24),  // 6to4 relays
        (Of(192, 168), 16),     // private
        (Of(198, 18), 15),      // benchmarking
        (Of(198, 51, 100), 24), // documentation
        (Of(203, 0, 113), 24),  // documentation
        (Of(224, 0), 4),        // multicast
        (Of(240, 0), 4),        // reserved, broadcast
        (Of(168, 63, 129, 16), 32), // Azure's own service inside each of its machines
    ];

    public static bool Is(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && (length == 4 ? IsPublic4(bytes[..4]) : IsPublic6(bytes));
    }

    private static bool IsPublic4(ReadOnlySpan<byte> bytes)
    {
        var address = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        foreach (var (network, bits) in NotPublic)
        {
            if ((address ^ network) >> (32 - bits) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPublic6(ReadOnlySpan<byte> bytes)
    {
        // Forms that lead to an address of version 4 are as public as that is: mapped ones, and those of NAT64, which is how a network without version 4 reaches it.
        if (bytes[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) || bytes[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]))
        {
            return IsPublic4(bytes[12..]);
        }

        var start = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return start >> 29 == 1              // 2000::/3 is all that has been given out; loopback, private, link-local and multicast addresses are elsewhere
            && start >> 9 != 0x20010000 >> 9 // 2001::/23, protocol assignments: Teredo, benchmarking and others
            && start != 0x20010DB8           // documentation
            && start >> 16 != 0x2002         // 6to4, which leads to any address of version 4
            && start >> 12 != 0x3FFF0;       // documentation
    }

    private static uint Of(byte a, byte b, byte c = 0, byte d = 0) => ((uint)a << 24) | ((uint)b << 16) | ((uint)c << 8) | d;
}
