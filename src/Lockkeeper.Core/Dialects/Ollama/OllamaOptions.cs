using System.Collections.Immutable;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>What both of Ollama's requests say of the answer. Options of the loading (<c>num_ctx</c>, <c>num_gpu</c>, …) are passed over: how a model is loaded is decided here, for all its clients.</summary>
internal static class OllamaOptions
{
    private const string Field = "options";

    public static Sampling Sampling(JsonElement root, RequestFields fields) => fields.Object(root, Field) is { } options
        ? new Sampling
        {
            Temperature = fields.Number(options, "temperature", "options.temperature"),
            TopP = fields.Number(options, "top_p", "options.top_p"),
            TopK = fields.Integer(options, "top_k", "options.top_k"),
            MinP = fields.Number(options, "min_p", "options.min_p"),
            Seed = fields.Integer(options, "seed", "options.seed"),
            FrequencyPenalty = fields.Number(options, "frequency_penalty", "options.frequency_penalty"),
            PresencePenalty = fields.Number(options, "presence_penalty", "options.presence_penalty"),
            RepeatPenalty = fields.Number(options, "repeat_penalty", "options.repeat_penalty"),
        }
        : Dialects.Sampling.None;

    public static ImmutableArray<string> Stop(JsonElement root, RequestFields fields)
    {
        if (fields.Object(root, Field) is not { } options || RequestFields.Find(options, "stop") is not { } stop)
        {
            return [];
        }

        return stop.ValueKind == JsonValueKind.String
            ? fields.TextOf(stop, "options.stop") is { Length: > 0 } one ? [one] : []
            : [.. fields.Items(options, "stop", "options.stop").Select(text => fields.TextOf(text.Item, text.Path)).Where(text => text is { Length: > 0 }).OfType<string>()];
    }

    /// <summary>Below zero is as many as the engine likes.</summary>
    public static long? MaxTokens(JsonElement root, RequestFields fields) =>
        fields.Object(root, Field) is { } options && fields.Integer(options, "num_predict", "options.num_predict") is >= 0 and var most ? most : null;

    public static AnswerFormat? Format(JsonElement root, RequestFields fields)
    {
        if (RequestFields.Find(root, "format") is not { } format)
        {
            return null;
        }

        switch (format.ValueKind)
        {
            case JsonValueKind.Object:
                return new AnswerFormat(format.GetRawText());
            case JsonValueKind.String when fields.TextOf(format, "format") is { } word:
                if (word is "json" or "")
                {
                    return word is "" ? null : new AnswerFormat();
                }

                fields.Fail("format", $"must be \"json\" or a JSON schema, not {RequestFields.Quote(word)}.");
                return null;
            default:
                fields.Fail("format", $"must be \"json\" or a JSON schema, not {RequestFields.Describe(format)}.");
                return null;
        }
    }

    public static Thinking? Thinking(JsonElement root, RequestFields fields)
    {
        if (RequestFields.Find(root, "think") is not { } think)
        {
            return null;
        }

        if (think.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return new Thinking(think.GetBoolean());
        }

        if (think.ValueKind == JsonValueKind.String && fields.TextOf(think, "think") is "low" or "medium" or "high")
        {
            return new Thinking(true, think.GetString());
        }

        fields.Fail("think", $"must be true, false, \"low\", \"medium\" or \"high\", not {(think.ValueKind == JsonValueKind.String ? RequestFields.Quote(fields.TextOf(think, "think") ?? "") : RequestFields.Describe(think))}.");
        return null;
    }
}
