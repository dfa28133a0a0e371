using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Tests.Wire;

namespace Lockkeeper.Core.Tests.Dialects.Leaks;

/// <summary>Writes down what a sink is told, pieces of a kind joined. A piece that is empty, or told behind the end, makes it fail.</summary>
internal sealed class Told : IAnswerSink
{
    private readonly List<(string Kind, StringBuilder Text)> _parts = [];
    private bool _hasEnded;

    /// <summary>As in <c>think: hm</c>, <c>text: Hello</c>, <c>call 0: name</c>, <c>args 0: {}</c>, <c>end: Stop</c>.</summary>
    public IReadOnlyList<string> Parts => [.. _parts.Select(part => $"{part.Kind}: {part.Text}")];

    public List<string> Ids { get; } = [];

    /// <summary>Pieces of text, as they came.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>What remains of an answer that is all text, given in pieces.</summary>
    public static Told Of(Func<IAnswerSink, IAnswerSink> filter, string text, int[] lengths, AnswerFinish finish = AnswerFinish.Stop)
    {
        var told = new Told();
        var sink = filter(told);
        sink.Begin();
        Cuts.Into(text.AsMemory(), lengths, piece => sink.Text(piece.Span));
        sink.End(new AnswerEnd(finish, null));
        return told;
    }

    /// <summary>The same, for every length of piece; they must all tell the same.</summary>
    public static IReadOnlyList<string> OfEveryCut(Func<IAnswerSink, IAnswerSink> filter, string text)
    {
        var whole = Of(filter, text, [Math.Max(1, text.Length)]).Parts;
        for (var size = 1; size < text.Length; size++)
        {
            var parts = Of(filter, text, [size]).Parts;
            if (!parts.SequenceEqual(whole))
            {
                throw new InvalidOperationException($"In pieces of {size}: {string.Join(" | ", parts)}\nas a whole: {string.Join(" | ", whole)}");
            }
        }

        return whole;
    }

    public void Begin() => Add("begin", default);

    public void Reasoning(ReadOnlySpan<char> text) => Add("think", NotEmpty(text));

    public void Signature(ReadOnlySpan<char> signature) => Add("signature", NotEmpty(signature));

    public void Text(ReadOnlySpan<char> text)
    {
        Texts.Add(text.ToString());
        Add("text", NotEmpty(text));
    }

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        Ids.Add(id.ToString());
        Add($"call {index}", NotEmpty(name));
    }

    public void Arguments(int index, ReadOnlySpan<char> json) => Add($"args {index}", NotEmpty(json));

    public void End(in AnswerEnd end)
    {
        Add("end", end.Finish.ToString());
        _hasEnded = true;
    }

    public void Fail(AnswerFailure failure)
    {
        Add("fail", failure.Message);
        _hasEnded = true;
    }

    private static ReadOnlySpan<char> NotEmpty(ReadOnlySpan<char> text) => text.IsEmpty ? throw new InvalidOperationException("An empty piece.") : text;

    private void Add(string kind, ReadOnlySpan<char> text)
    {
        if (_hasEnded)
        {
            throw new InvalidOperationException($"{kind} behind the end.");
        }

        if (kind == "begin")
        {
            return;
        }

        if (_parts.Count == 0 || _parts[^1].Kind != kind)
        {
            _parts.Add((kind, new StringBuilder()));
        }

        _parts[^1].Text.Append(text);
    }
}
