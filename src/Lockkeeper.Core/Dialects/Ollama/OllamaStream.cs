using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>An answer as lines of JSON. Every line is an object, and none is empty: clients parse each of them.</summary>
internal abstract class OllamaStream(IBufferWriter<byte> output, AnswerNaming naming, AnswerClock clock) : IClientStream
{
    private readonly Utf8JsonWriter _json = PieceWriter.For(output);
    private GatheredCall? _call;
    private TimeSpan _begun;
    private bool _ended;

    public string ContentType => "application/x-ndjson";

    public bool HasBegun { get; private set; }

    /// <summary>A piece of the answer that says nothing; the dialect has no other way.</summary>
    public void Waiting(string status) => Line("", "", null);

    public void Begin()
    {
        HasBegun = true;
        _begun = clock.Total;
    }

    public void Reasoning(ReadOnlySpan<char> text)
    {
        TellCall();
        Line("", text, null);
    }

    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text)
    {
        TellCall();
        Line(text, "", null);
    }

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        TellCall();
        _call = new GatheredCall(index, id.ToString(), name.ToString());
    }

    public void Arguments(int index, ReadOnlySpan<char> json) => _call?.Add(json);

    public void End(in AnswerEnd end)
    {
        TellCall();
        _ended = true;
        BeginLine();
        Piece(_json, "", "", null);
        OllamaLines.End(_json, end, clock, _begun);
        EndLine();
    }

    public void Fail(AnswerFailure failure) => Error(new ErrorText(failure.Status, failure.Code, failure.Message));

    public void Error(ErrorText error)
    {
        if (!_ended)
        {
            _ended = true;
            ErrorBody.Write(error, Dialect.Ollama, output);
            output.Write("\n"u8);
        }
    }

    public void Remark(string text)
    {
    }

    /// <summary>Writes the members that a piece of the answer has.</summary>
    protected abstract void Piece(Utf8JsonWriter json, ReadOnlySpan<char> text, ReadOnlySpan<char> thought, GatheredCall? call);

    private void TellCall()
    {
        var call = _call;
        _call = null;
        if (call is { IsWhole: true })
        {
            Line("", "", call);
        }
        else if (call is not null)
        {
            Line(call.AsText, "", null);
        }
    }

    private void Line(ReadOnlySpan<char> text, ReadOnlySpan<char> thought, GatheredCall? call)
    {
        BeginLine();
        Piece(_json, text, thought, call);
        _json.WriteBoolean("done"u8, false);
        _json.WriteEndObject();
        EndLine();
    }

    private void BeginLine()
    {
        _json.Reset();
        OllamaLines.Begin(_json, naming, clock);
    }

    private void EndLine()
    {
        _json.Flush();
        output.Write("\n"u8);
    }
}
