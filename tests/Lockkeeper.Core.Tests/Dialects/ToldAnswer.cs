using System.Globalization;
using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Core.Tests.Dialects;

/// <summary>Writes down what it is told, word for word.</summary>
internal sealed class ToldAnswer : IAnswerSink
{
    public List<string> Words { get; } = [];

    public void Begin() => Words.Add("begin");

    public void Reasoning(ReadOnlySpan<char> text) => Words.Add($"reasoning {text}");

    public void Signature(ReadOnlySpan<char> signature) => Words.Add($"signature {signature}");

    public void Text(ReadOnlySpan<char> text) => Words.Add($"text {text}");

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) => Words.Add(string.Create(CultureInfo.InvariantCulture, $"call {index} {id} {name}"));

    public void Arguments(int index, ReadOnlySpan<char> json) => Words.Add(string.Create(CultureInfo.InvariantCulture, $"arguments {index} {json}"));

    public void End(in AnswerEnd end)
    {
        var usage = end.Usage is { } counts ? string.Create(CultureInfo.InvariantCulture, $" {counts.Prompt}+{counts.Completion} cached {counts.Cached} reasoning {counts.Reasoning}") : "";
        var timings = end.Timings is { } took ? string.Create(CultureInfo.InvariantCulture, $" {took.Prompt.TotalMilliseconds}+{took.Generation.TotalMilliseconds} ms") : "";
        Words.Add($"end {end.Finish}{(end.StopText is { } stop ? $" '{stop}'" : "")}{usage}{timings}");
    }

    public void Fail(AnswerFailure failure) => Words.Add(string.Create(CultureInfo.InvariantCulture, $"fail {failure.Status} {failure.Code} {failure.Message}"));

    /// <summary>What is told of a stream that comes in pieces of this many bytes.</summary>
    public static List<string> Of(IEngineDialect engine, byte[] stream, int pieceSize)
    {
        var told = new ToldAnswer();
        var reader = engine.ReadStream(told);
        foreach (var piece in stream.Chunk(pieceSize))
        {
            reader.Read(piece);
        }

        reader.Complete();
        return told.Words;
    }
}
