using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>What a response repeats of its request: a response object has every field, whether it was asked for or not.</summary>
internal sealed class ResponseEcho
{
    private ResponseEcho(string beforeModel, string afterOutput, string atEnd)
    {
        BeforeModel = Encoding.UTF8.GetBytes(beforeModel);
        AfterOutput = Encoding.UTF8.GetBytes(afterOutput);
        AtEnd = Encoding.UTF8.GetBytes(atEnd);
    }

    /// <summary>From <c>instructions</c> to the model, without the commas around.</summary>
    public ReadOnlyMemory<byte> BeforeModel { get; }

    /// <summary>What stands between the output and the usage.</summary>
    public ReadOnlyMemory<byte> AfterOutput { get; }

    /// <summary>What stands behind the usage.</summary>
    public ReadOnlyMemory<byte> AtEnd { get; }

    public static ResponseEcho Of(JsonElement request) => new(
        Members(request, ("instructions", "null"), ("max_output_tokens", "null")),
        Members(request, ("parallel_tool_calls", "true"), ("reasoning", """{"effort":null,"summary":null}"""), ("temperature", "null"), ("text", """{"format":{"type":"text"}}"""),
            ("tool_choice", "\"auto\""), ("tools", "[]"), ("top_p", "null"), ("truncation", "\"disabled\"")),
        Members(request, ("user", "null"), ("metadata", "{}")));

    /// <param name="body">A JSON object.</param>
    public static ResponseEcho Of(in ReadOnlySequence<byte> body)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = BodyPeek.MaxDepth });
        return Of(document.RootElement);
    }

    private static string Members(JsonElement request, params ReadOnlySpan<(string Name, string Default)> members)
    {
        var text = new StringBuilder();
        foreach (var (name, otherwise) in members)
        {
            text.Append(text.Length == 0 ? "" : ",").Append('"').Append(name).Append("\":").Append(Raw(request, name) ?? otherwise);
        }

        return text.ToString();
    }

    private static string? Raw(JsonElement request, string name)
    {
        try
        {
            return RequestFields.Find(request, name)?.GetRawText();
        }
        catch (InvalidOperationException)
        {
            // Some field's name is half a surrogate pair; the engine is to say what it thinks of that.
            return null;
        }
    }
}
