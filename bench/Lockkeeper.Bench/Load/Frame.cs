namespace Lockkeeper.Bench.Load;

/// <summary>One chunk of a chunked answer, and when it was there.</summary>
internal sealed record Frame(byte[] Content, long ReceivedAt);
