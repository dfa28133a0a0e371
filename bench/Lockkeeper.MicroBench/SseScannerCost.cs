using System.Text;
using BenchmarkDotNet.Attributes;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.MicroBench;

/// <summary>What every chunk of a stream pays. The allocated bytes are to be none.</summary>
public class SseScannerCost
{
    private readonly byte[] _chunk = Encoding.UTF8.GetBytes(
        """data: {"id":"x","object":"chat.completion.chunk","created":0,"model":"a","choices":[{"index":0,"delta":{"content":"token "},"finish_reason":null}]}""" + "\n\n");

    private SseScanner _scanner = new();

    [Benchmark]
    public bool Observe()
    {
        _scanner.Observe(_chunk);
        return _scanner.AtEventBoundary;
    }
}
