using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>An answer as one <c>chat.completion</c> object.</summary>
/// <param name="output">Where it is written, at its end.</param>
/// <param name="naming">What the answer is called.</param>
internal sealed class ChatAnswer(IBufferWriter<byte> output, AnswerNaming naming) : IAnswerSink
{
    private readonly WrittenAnswer _answer = new();

    public void Begin()
    {
    }

    public void Reasoning(ReadOnlySpan<char> text) => _answer.AddReasoning(text);

    /// <summary>There is no place for it in this API.</summary>
    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text) => _answer.AddText(text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) => _answer.AddCall(id.IsEmpty ? CallId.Of(naming, index) : id.ToString(), name);

    public void Arguments(int index, ReadOnlySpan<char> json) => _answer.AddArguments(index, json);

    public void End(in AnswerEnd end)
    {
        WriteHead();
        WriteMessage();
        output.Write("},\"finish_reason\":\""u8);
        output.Write(Encoding.UTF8.GetBytes(FinishReason.Of(end.Finish)));
        output.Write("\"}]"u8);
        if (end.Usage is { } usage)
        {
            output.Write(",\"usage\":"u8);
            UsageJson.Write(usage, output);
        }

        if (end.Timings is { } timings)
        {
            output.Write(",\"timings\":"u8);
            UsageJson.Write(timings, end.Usage, output);
        }

        output.Write("}"u8);
    }

    /// <summary>A failure is no answer; it is written as an error by whoever asked.</summary>
    public void Fail(AnswerFailure failure)
    {
    }

    private void WriteHead()
    {
        var head = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(head, JsonStyle.Readable))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, $"chatcmpl-{naming.RequestId}");
            json.WriteString("object"u8, "chat.completion"u8);
            json.WriteNumber("created"u8, naming.Began.ToUnixTimeSeconds());
            json.WriteString("model"u8, naming.Model);
            json.WriteEndObject();
        }

        output.Write(head.WrittenSpan[..^1]);
        output.Write(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"u8);
    }

    private void WriteMessage()
    {
        if (_answer.Text.IsEmpty && _answer.Calls.Count > 0)
        {
            output.Write("null"u8);
        }
        else
        {
            JsonText.WriteString(output, _answer.Text);
        }

        if (!_answer.Reasoning.IsEmpty)
        {
            output.Write(",\"reasoning_content\":"u8);
            JsonText.WriteString(output, _answer.Reasoning);
        }

        if (_answer.Calls.Count == 0)
        {
            return;
        }

        output.Write(",\"tool_calls\":["u8);
        for (var index = 0; index < _answer.Calls.Count; index++)
        {
            var call = _answer.Calls[index];
            output.Write(index == 0 ? "{\"id\":"u8 : ",{\"id\":"u8);
            JsonText.WriteString(output, call.Id);
            output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            JsonText.WriteString(output, call.Name);
            output.Write(",\"arguments\":"u8);
            JsonText.WriteString(output, call.Arguments.WrittenSpan);
            output.Write("}}"u8);
        }

        output.Write("]"u8);
    }
}
