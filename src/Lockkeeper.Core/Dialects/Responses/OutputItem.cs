using System.Buffers;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>One item of a response's output: what the model thought, said or called.</summary>
/// <param name="kind">Which of them.</param>
/// <param name="id">Of the item.</param>
internal sealed class OutputItem(OutputItem.Sort kind, string id)
{
    private readonly ArrayBufferWriter<char> _text = new();

    public enum Sort
    {
        Message,

        /// <summary>The model's own words.</summary>
        Reasoning,

        /// <summary>The model's own words too, under the name of a summary: clients that ask for one show nothing else.</summary>
        Summary,
        Call,

        /// <summary>Of a freeform tool.</summary>
        FreeformCall,
    }

    public Sort Kind { get; } = kind;

    public string Id { get; } = id;

    /// <summary>Of a call: by which the result names it.</summary>
    public string CallId { get; init; } = "";

    /// <summary>Of a call: the tool.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of a call of a freeform tool: finds its input; else null.</summary>
    public FreeformInput? Input { get; init; }

    /// <summary>The text, the arguments, or the input.</summary>
    public ReadOnlySpan<char> Text => _text.WrittenSpan;

    public void Add(ReadOnlySpan<char> text) => _text.Write(text);

    /// <summary>Writes it as it begins, with nothing in it.</summary>
    public void WriteBegun(IBufferWriter<byte> output)
    {
        WriteHead(output);
        output.Write(Kind switch
        {
            Sort.Message => "\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}"u8,
            Sort.Reasoning => "\"status\":\"in_progress\",\"summary\":[],\"content\":[]}"u8,
            Sort.Summary => "\"status\":\"in_progress\",\"summary\":[]}"u8,
            Sort.FreeformCall => "\"status\":\"in_progress\",\"input\":\"\"}"u8,
            _ => "\"status\":\"in_progress\",\"arguments\":\"\"}"u8,
        });
    }

    /// <summary>Writes it with all that is in it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isComplete">Whether it came to its end.</param>
    public void Write(IBufferWriter<byte> output, bool isComplete)
    {
        WriteHead(output);
        output.Write(isComplete ? "\"status\":\"completed\","u8 : "\"status\":\"incomplete\","u8);
        switch (Kind)
        {
            case Sort.Message:
                output.Write("\"role\":\"assistant\",\"content\":["u8);
                WritePart(output);
                output.Write("]}"u8);
                break;
            case Sort.Reasoning:
                output.Write("\"summary\":[],\"content\":["u8);
                WritePart(output);
                output.Write("]}"u8);
                break;
            case Sort.Summary:
                output.Write("\"summary\":["u8);
                WritePart(output);
                output.Write("]}"u8);
                break;
            default:
                output.Write(Kind == Sort.Call ? "\"arguments\":"u8 : "\"input\":"u8);
                JsonText.WriteString(output, Text);
                output.Write("}"u8);
                break;
        }
    }

    /// <summary>Writes the part that its text is.</summary>
    public void WritePart(IBufferWriter<byte> output)
    {
        output.Write(Kind switch
        {
            Sort.Message => "{\"type\":\"output_text\",\"text\":"u8,
            Sort.Reasoning => "{\"type\":\"reasoning_text\",\"text\":"u8,
            _ => "{\"type\":\"summary_text\",\"text\":"u8,
        });
        JsonText.WriteString(output, Text);
        output.Write(Kind == Sort.Message ? ",\"annotations\":[],\"logprobs\":[]}"u8 : "}"u8);
    }

    private void WriteHead(IBufferWriter<byte> output)
    {
        output.Write("{\"id\":"u8);
        JsonText.WriteString(output, Id);
        switch (Kind)
        {
            case Sort.Message:
                output.Write(",\"type\":\"message\","u8);
                break;
            case Sort.Call or Sort.FreeformCall:
                output.Write(Kind == Sort.Call ? ",\"type\":\"function_call\",\"call_id\":"u8 : ",\"type\":\"custom_tool_call\",\"call_id\":"u8);
                JsonText.WriteString(output, CallId);
                output.Write(",\"name\":"u8);
                JsonText.WriteString(output, Name);
                output.Write(","u8);
                break;
            default:
                output.Write(",\"type\":\"reasoning\","u8);
                break;
        }
    }
}
