namespace Lockkeeper.Core.Wire;

/// <summary>A stretch of a request body.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    public long End => Start + Length;
}
