using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>The fields that say how to generate and how to answer, which chats and completions share.</summary>
internal sealed record GenerationFields
{
    private const int MostStops = 4;
    private const int MostBiases = 1024;

    /// <summary>What means "no limit" in <c>max_tokens</c>.</summary>
    private const int Unlimited = -1;

    public required bool Stream { get; init; }

    /// <summary>A last chunk with the token counts.</summary>
    public required bool IncludeUsage { get; init; }

    public required Sampling Sampling { get; init; }

    public required int? MaxTokens { get; init; }

    public required IReadOnlyList<byte[]> Stops { get; init; }

    public static GenerationFields Read(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "model") is { } model)
        {
            fields.Text(model, "model");
        }

        foreach (var name in (ReadOnlySpan<string>)["n", "best_of"])
        {
            if (fields.Integer(root, name, 1) is > 1)
            {
                fields.Fail(name, "must be 1: the built-in engine gives one answer to a request.", "unsupported_value");
            }
        }

        return new GenerationFields
        {
            Stream = fields.Boolean(root, "stream") ?? false,
            IncludeUsage = ReadIncludeUsage(root, fields),
            Sampling = ReadSampling(root, fields),
            MaxTokens = ReadMaxTokens(root, fields),
            Stops = ReadStops(root, fields),
        };
    }

    private static Sampling ReadSampling(JsonElement root, JsonFields fields) => new()
    {
        Temperature = fields.Number(root, "temperature", 0, float.MaxValue) ?? Sampling.DefaultTemperature,
        TopP = fields.Number(root, "top_p", 0, 1) ?? Sampling.DefaultTopP,
        TopK = (int?)fields.Integer(root, "top_k", -1) ?? Sampling.DefaultTopK,
        MinP = fields.Number(root, "min_p", 0, 1) ?? Sampling.DefaultMinP,
        Seed = fields.Integer(root, "seed", long.MinValue, long.MaxValue),
        FrequencyPenalty = fields.Number(root, "frequency_penalty", -2, 2) ?? 0,
        PresencePenalty = fields.Number(root, "presence_penalty", -2, 2) ?? 0,
        RepeatPenalty = ReadRepeatPenalty(root, fields),
        PenaltyWindow = (int?)fields.Integer(root, "repeat_last_n", -1) ?? Sampling.DefaultPenaltyWindow,
        Biases = ReadBiases(root, fields),
    };

    /// <summary>llama.cpp's name and vLLM's.</summary>
    private static float ReadRepeatPenalty(JsonElement root, JsonFields fields)
    {
        const double Least = 0.01, Most = 100;
        var vllms = fields.Number(root, "repetition_penalty", Least, Most);
        return fields.Number(root, "repeat_penalty", Least, Most) ?? vllms ?? 1;
    }

    private static LogitBias[] ReadBiases(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "logit_bias") is not { } value)
        {
            return [];
        }

        List<LogitBias> biases = [];
        if (value.ValueKind != JsonValueKind.Object)
        {
            fields.Fail("logit_bias", $"must be an object of token ids and numbers, not {JsonFields.Describe(value)}.", "invalid_type");
            return [.. biases];
        }

        foreach (var bias in value.EnumerateObject())
        {
            if (!int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) || biases.Count == MostBiases)
            {
                fields.Fail("logit_bias", biases.Count == MostBiases ? $"may have {MostBiases} tokens at most." : $"has the key {JsonFields.Quote(bias.Name)}, which is no token id.");
                return [.. biases];
            }

            biases.Add(new LogitBias { Token = token, Bias = fields.Number(value, bias.Name, -100, 100, $"logit_bias.{bias.Name}") ?? 0 });
        }

        return [.. biases];
    }

    private static int? ReadMaxTokens(JsonElement root, JsonFields fields)
    {
        // The older name is checked even when the newer one wins: a wrong type is a mistake either way.
        var older = ReadLimit(root, "max_tokens", fields);
        var limit = ReadLimit(root, "max_completion_tokens", fields) ?? older;
        return limit == Unlimited ? null : limit;
    }

    private static int? ReadLimit(JsonElement root, string name, JsonFields fields)
    {
        var limit = (int?)fields.Integer(root, name, Unlimited);
        if (limit == 0)
        {
            fields.Fail(name, "must be 1 or more, or -1 for no limit, not 0.");
        }

        return limit;
    }

    private static bool ReadIncludeUsage(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "stream_options") is not { } options)
        {
            return false;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            fields.Fail("stream_options", $"must be an object, not {JsonFields.Describe(options)}.", "invalid_type");
            return false;
        }

        return fields.Boolean(options, "include_usage", "stream_options.include_usage") ?? false;
    }

    private static List<byte[]> ReadStops(JsonElement root, JsonFields fields)
    {
        List<byte[]> stops = [];
        if (JsonFields.Find(root, "stop") is not { } value)
        {
            return stops;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            AddStop(value, "stop", stops, fields);
        }
        else if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail("stop", $"must be a string or an array of strings, not {JsonFields.Describe(value)}.", "invalid_type");
        }
        else if (value.GetArrayLength() > MostStops)
        {
            fields.Fail("stop", $"may have {MostStops} strings at most, not {value.GetArrayLength()}.");
        }
        else
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                AddStop(item, $"stop[{index}]", stops, fields);
            }
        }

        return stops;
    }

    private static void AddStop(JsonElement value, string path, List<byte[]> stops, JsonFields fields)
    {
        switch (fields.Text(value, path))
        {
            case "":
                fields.Fail(path, "must not be empty: every answer would end at once.");
                break;
            case { } stop:
                stops.Add(Encoding.UTF8.GetBytes(stop));
                break;
        }
    }
}
