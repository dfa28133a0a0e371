using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>An answer as one object, which is written when it has ended.</summary>
internal abstract class OllamaAnswer(IBufferWriter<byte> output, AnswerNaming naming, AnswerClock clock) : IAnswerSink
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thought = new();
    private readonly List<GatheredCall> _calls = [];
    private TimeSpan _begun;

    public void Begin() => _begun = clock.Total;

    public void Reasoning(ReadOnlySpan<char> text) => _thought.Append(text);

    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text) => _text.Append(text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) => _calls.Add(new GatheredCall(index, id.ToString(), name.ToString()));

    public void Arguments(int index, ReadOnlySpan<char> json) => _calls[^1].Add(json);

    public void End(in AnswerEnd end)
    {
        foreach (var broken in _calls.Where(call => !call.IsWhole))
        {
            _text.Append(_text.Length > 0 ? "\n" : "").Append(broken.AsText);
        }

        using var json = PieceWriter.For(output);
        OllamaLines.Begin(json, naming, clock);
        Members(json);
        OllamaLines.End(json, end, clock, _begun);
    }

    /// <summary>A failed answer is an error, which others write.</summary>
    public void Fail(AnswerFailure failure)
    {
    }

    /// <summary>Writes the members that the answer has.</summary>
    protected abstract void Members(Utf8JsonWriter json);

    /// <summary>Writes what was said, under the name that it has there, and all else that came.</summary>
    protected void Said(Utf8JsonWriter json, ReadOnlySpan<byte> name) => OllamaLines.Said(json, name, _text.ToString(), _thought.ToString(), [.. _calls.Where(call => call.IsWhole)]);
}
