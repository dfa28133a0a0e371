using System.Globalization;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Makes tokens of what a request says, or says why it cannot. On the request's own thread: what is too long is refused at once, not after those before it.</summary>
internal static class Prompt
{
    /// <returns>Null when the model was not trained on such a conversation.</returns>
    public static (IReadOnlyList<PromptPart>? Parts, ApiError? Problem) Render(Conversation conversation, LoadedModel model)
    {
        if (model.Template is not { } template)
        {
            return (null, ApiError.Invalid("unsupported_value",
                "This model carries no chat template, so it is none for conversations. Use /v1/completions, or start the engine with --chat-template.", "messages"));
        }

        return template.TakesTools || ToolsIn(conversation) is not { } at
            ? (template.Render(conversation), null)
            : (null, ApiError.Invalid("unsupported_value", $"'{at}' needs a chat template that has a place for tools; this model's has none that the built-in engine knows.", at));
    }

    /// <param name="parts">The prompt.</param>
    /// <param name="model">Whose tokens.</param>
    /// <param name="field">What it was made of.</param>
    /// <param name="room">Tokens it may have.</param>
    public static (int[] Tokens, ApiError? Problem) Tokenise(IReadOnlyList<PromptPart> parts, LoadedModel model, string field, int room)
    {
        // Megabytes of text need not be tokenised to know that they are too long; tokenisers are slow with them, and some recurse.
        var least = parts.Sum(part => (long)part.Text.Length) / model.Vocabulary.LongestToken;
        return least > room
            ? ([], TooLong(model.ContextSize, $"at least {least.ToString(CultureInfo.InvariantCulture)}", field))
            : Check(model.Vocabulary.Tokenise(parts), model, field, room);
    }

    public static (int[] Tokens, ApiError? Problem) Check(int[] tokens, LoadedModel model, string field, int room) => tokens.Length switch
    {
        0 => ([], ApiError.Invalid("invalid_value", $"'{field}' is an empty prompt for this model.", field)),
        var count when count > room => ([], TooLong(model.ContextSize, count.ToString(CultureInfo.InvariantCulture), field)),
        _ => (tokens, null),
    };

    private static ApiError TooLong(int context, string tokens, string field) => ApiError.Invalid("context_length_exceeded", string.Create(CultureInfo.InvariantCulture,
        $"This model's context is {context} tokens, answer included, but '{field}' is {tokens} tokens. Shorten it, or start the engine with a larger context."), field);

    private static string? ToolsIn(Conversation conversation)
    {
        if (conversation.Tools.Count > 0)
        {
            return "tools";
        }

        var at = conversation.Messages.Index().FirstOrDefault(message => message.Item.Role == "tool" || message.Item.ToolCalls.Count > 0, (-1, null!)).Index;
        return at < 0 ? null : string.Create(CultureInfo.InvariantCulture, $"messages[{at}]");
    }
}
