using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.MicroBench;

/// <summary>What a chunk of a stream pays for the name of the model in it. The allocated bytes are to be none.</summary>
public class ModelRewriterCost
{
    private readonly byte[] _named = Encoding.UTF8.GetBytes(
        """data: {"id":"x","object":"chat.completion.chunk","created":0,"model":"a","choices":[{"index":0,"delta":{"content":"token "},"finish_reason":null}]}""" + "\n\n");

    private readonly byte[] _nameless = Encoding.UTF8.GetBytes(
        """event: content_block_delta""" + "\n" + """data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"token "}}""" + "\n\n");

    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly ModelRewriter _rewriter = new(BodyFraming.Events, "asked");

    [Benchmark]
    public int Named() => Pass(_named);

    [Benchmark]
    public int Nameless() => Pass(_nameless);

    private int Pass(byte[] chunk)
    {
        _output.ResetWrittenCount();
        _rewriter.Pass(chunk, _output);
        return _output.WrittenCount;
    }
}
