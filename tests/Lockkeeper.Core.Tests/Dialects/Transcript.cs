using System.Globalization;
using System.Text;
using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Core.Tests.Dialects;

/// <summary>Writes down what it is told. A piece that is empty, or told behind a failure, makes it fail.</summary>
internal sealed class Transcript : IAnswerSink
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _pieces = [];
    private string _open = "";

    public AnswerFailure? Failure { get; private set; }

    public AnswerEnd? Ended { get; private set; }

    /// <summary>All it was told, piece by piece.</summary>
    public IReadOnlyList<string> Pieces => _pieces;

    /// <summary>What is told of a stream that comes in pieces of this many bytes.</summary>
    public static Transcript Of(IEngineDialect engine, byte[] stream, int pieceSize)
    {
        var told = new Transcript();
        var reader = engine.ReadStream(told);
        foreach (var piece in stream.Chunk(pieceSize))
        {
            reader.Read(piece);
        }

        reader.Complete();
        return told;
    }

    /// <summary>A line each; pieces of the same thing are one line, however they were cut.</summary>
    public override string ToString() => _text.ToString();

    public void Begin() => Line("begin");

    public void Reasoning(ReadOnlySpan<char> text) => Piece("reasoning", text);

    public void Signature(ReadOnlySpan<char> signature) => Piece("signature", signature);

    public void Text(ReadOnlySpan<char> text) => Piece("text", text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) => Line(string.Create(CultureInfo.InvariantCulture, $"call {index} '{id}' {name}"));

    public void Arguments(int index, ReadOnlySpan<char> json) => Piece(string.Create(CultureInfo.InvariantCulture, $"arguments {index}"), json);

    public void End(in AnswerEnd end)
    {
        Ended = end;
        var usage = end.Usage is { } counts ? string.Create(CultureInfo.InvariantCulture, $" {counts.Prompt}+{counts.Completion} cached {counts.Cached} reasoning {counts.Reasoning}") : "";
        var timings = end.Timings is { } took ? string.Create(CultureInfo.InvariantCulture, $" {took.Prompt.TotalMilliseconds}+{took.Generation.TotalMilliseconds} ms") : "";
        Line($"end {end.Finish}{(end.StopText is { } stop ? $" '{stop}'" : "")}{usage}{timings}");
    }

    public void Fail(AnswerFailure failure)
    {
        Failure = failure;
        Line(string.Create(CultureInfo.InvariantCulture, $"fail {failure.Status} {failure.Code}: {failure.Message}"));
    }

    private void Piece(string what, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            throw new ArgumentException($"an empty piece of {what}", nameof(text));
        }

        if (_open == what)
        {
            _text.Append(text);
            _pieces.Add($"{what}: {text}");
            return;
        }

        Line($"{what}: {text}");
        _open = what;
    }

    private void Line(string line)
    {
        if (Failure is not null && !line.StartsWith("fail", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"'{line}' behind a failure");
        }

        _open = "";
        _pieces.Add(line);
        _text.Append(_text.Length == 0 ? "" : "\n").Append(line);
    }
}
