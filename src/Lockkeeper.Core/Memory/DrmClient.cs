using System.Buffers.Text;
using System.Text;

namespace Lockkeeper.Core.Memory;

/// <summary>What one open descriptor of an AMD GPU says of the memory behind it, in <c>/proc/PID/fdinfo/FD</c>.</summary>
/// <param name="Device">Address of the GPU on its bus.</param>
/// <param name="Id">Number of the client, unique on that GPU: duplicates of a descriptor, and what a child inherits, bear the same.</param>
/// <param name="Vram">Bytes of the GPU's own memory.</param>
/// <param name="Gtt">Bytes of system memory the GPU uses, which count for no process.</param>
internal readonly record struct DrmClient(string Device, long Id, long Vram, long Gtt)
{
    /// <summary>Null for the descriptors of anything else, which are most.</summary>
    public static DrmClient? Parse(ReadOnlySpan<byte> fdinfo)
    {
        if (!Value(fdinfo, "drm-driver:"u8).SequenceEqual("amdgpu"u8) || !Utf8Parser.TryParse(Value(fdinfo, "drm-client-id:"u8), out long id, out _))
        {
            return null;
        }

        // Kernels since 6.13 say "resident"; what is in "total" and not resident has been moved out of the way.
        return new DrmClient(
            Encoding.UTF8.GetString(Value(fdinfo, "drm-pdev:"u8)),
            id,
            Size(fdinfo, "drm-memory-vram:"u8) ?? Size(fdinfo, "drm-resident-vram:"u8) ?? Size(fdinfo, "drm-total-vram:"u8) ?? 0,
            Size(fdinfo, "drm-memory-gtt:"u8) ?? Size(fdinfo, "drm-resident-gtt:"u8) ?? Size(fdinfo, "drm-total-gtt:"u8) ?? 0);
    }

    private static long? Size(ReadOnlySpan<byte> fdinfo, ReadOnlySpan<byte> name)
    {
        var value = Value(fdinfo, name);
        if (!Utf8Parser.TryParse(value, out long number, out var length))
        {
            return null;
        }

        var unit = value[length..].Trim((byte)' ');
        return unit.SequenceEqual("KiB"u8) ? number * 1024 : unit.SequenceEqual("MiB"u8) ? number * 1024 * 1024 : number;
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.StartsWith(name))
            {
                return line[name.Length..].Trim(" \t"u8);
            }
        }

        return default;
    }
}
