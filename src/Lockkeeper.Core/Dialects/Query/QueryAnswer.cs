using System.Buffers;
using System.Globalization;
using System.Text;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Query;

/// <summary>An answer of <c>/v1/query</c>: the text alone, or with calls of tools a JSON text of both. What the model thought is left out.</summary>
internal sealed class QueryAnswer(IBufferWriter<byte> output, bool isCloud) : IClientStream
{
    private readonly StringBuilder _text = new();
    private readonly List<(string Id, string Name, StringBuilder Input)> _calls = [];
    private bool _hasThought;
    private bool _ended;

    public string ContentType => "application/json";

    /// <summary>Nothing of it is written before it is whole.</summary>
    public bool HasBegun => _ended;

    /// <summary>White space before a JSON value means nothing, and keeps the connection alive.</summary>
    public void Waiting(string status) => output.Write(" "u8);

    public void Begin()
    {
    }

    public void Reasoning(ReadOnlySpan<char> text) => _hasThought = true;

    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text) => _text.Append(text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) =>
        _calls.Add((id.IsEmpty ? string.Create(CultureInfo.InvariantCulture, $"call_{index}") : id.ToString(), name.ToString(), new StringBuilder()));

    public void Arguments(int index, ReadOnlySpan<char> json) => _calls[^1].Input.Append(json);

    public void End(in AnswerEnd end)
    {
        _ended = true;

        // Models put empty lines between what they think and what they say.
        var text = _hasThought ? _text.ToString().TrimStart() : _text.ToString();
        using var json = PieceWriter.For(output);
        json.WriteStartObject();
        json.WriteString("status"u8, "ok"u8);
        json.WriteString("source"u8, isCloud ? "cloud"u8 : "local"u8);
        json.WritePiece("result"u8, _calls is [] ? text : WithCalls(text));
        json.WriteEndObject();
    }

    public void Fail(AnswerFailure failure) => Error(new ErrorText(failure.Status, failure.Code, failure.Message));

    public void Error(ErrorText error)
    {
        if (!_ended)
        {
            _ended = true;
            ErrorBody.Write(error, Dialect.Query, output);
        }
    }

    public void Remark(string text)
    {
    }

    private string WithCalls(string text)
    {
        var inner = new ArrayBufferWriter<byte>();
        using var json = PieceWriter.For(inner);
        json.WriteStartObject();
        json.WritePiece("text"u8, text);
        json.WriteStartArray("tool_calls"u8);
        foreach (var (id, name, input) in _calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("name"u8, name);
            json.WritePropertyName("input"u8);
            ToolInput.WriteForClient(json, input.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(inner.WrittenSpan);
    }
}
