using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What of a <c>POST /tokenize</c> body is understood, in llama.cpp's shape (<c>content</c>) or in vLLM's (<c>prompt</c> or <c>messages</c>).</summary>
/// <param name="Text">A text; null when it is a conversation.</param>
/// <param name="Conversation">A conversation; null when it is a text.</param>
/// <param name="AddSpecial">With the token that the model wants at the beginning.</param>
/// <param name="ParseSpecial">Control tokens that are written out are those tokens.</param>
/// <param name="WithPieces">With the text of each token.</param>
/// <param name="IsCounted">The answer is vLLM's.</param>
internal sealed record TokenizeRequest(string? Text, Conversation? Conversation, bool AddSpecial, bool ParseSpecial, bool WithPieces, bool IsCounted)
{
    public static TokenizeRequest Read(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "content") is { } content)
        {
            return new TokenizeRequest(
                fields.Text(content, "content"), null, fields.Boolean(root, "add_special") ?? false, fields.Boolean(root, "parse_special") ?? true,
                fields.Boolean(root, "with_pieces") ?? false, IsCounted: false);
        }

        if (JsonFields.Find(root, "prompt") is { } prompt)
        {
            return new TokenizeRequest(fields.Text(prompt, "prompt"), null, fields.Boolean(root, "add_special_tokens") ?? true, true, false, IsCounted: true);
        }

        if (JsonFields.Find(root, "messages") is null)
        {
            fields.Fail("content", "is required, or 'prompt', or 'messages'.", "missing_required_parameter");
        }

        if (fields.Boolean(root, "add_generation_prompt") == false)
        {
            fields.Fail("add_generation_prompt", "must be true: templates are rendered up to where the answer begins.", "unsupported_value");
        }

        return new TokenizeRequest(null, ChatRequestReader.ReadConversation(root, fields), true, true, false, IsCounted: true);
    }
}
