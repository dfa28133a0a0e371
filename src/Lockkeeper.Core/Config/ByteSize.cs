namespace Lockkeeper.Core.Config;

/// <summary>A number of bytes, written <c>512 MiB</c>, <c>1.5GB</c> or plain bytes.</summary>
internal readonly record struct ByteSize(long Bytes)
{
    public static ByteSize FromMebibytes(long count) => new(count * 1024 * 1024);
}
