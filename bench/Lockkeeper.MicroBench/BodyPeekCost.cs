using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.MicroBench;

/// <summary>What a look into a request body costs, by its size.</summary>
public class BodyPeekCost
{
    private const string Frame = """{"model":"a","stream":true,"messages":[{"role":"user","content":""}]}""";

    private ReadOnlySequence<byte> _body;

    /// <summary>Bytes of the body: a short question, a long prompt, a prompt with images.</summary>
    [Params(1024, 64 * 1024, 1024 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Prepare() => _body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Frame.Insert(Frame.Length - 4, new string('x', Bytes - Frame.Length))));

    [Benchmark]
    public bool Scan() => BodyPeek.Scan(_body).Holds(out _, out _);
}
