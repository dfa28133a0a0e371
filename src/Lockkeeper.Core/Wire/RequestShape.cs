using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Wire;

/// <summary>How requests for a model are changed, made ready once per model: a request costs one more scan of its body, and is spliced, never written anew.</summary>
internal sealed class RequestShape
{
    public const string Kwargs = "chat_template_kwargs";
    public const string EnableThinking = "enable_thinking";
    private const string MaxTokensName = "max_tokens";

    public static readonly RequestShape None = Of(RequestShaping.None);

    private RequestShape(RequestShaping given, ImmutableArray<MemberRule> rules) => (Given, Rules) = (given, rules);

    /// <summary>What it was made of.</summary>
    public RequestShaping Given { get; }

    public ImmutableArray<MemberRule> Rules { get; }

    /// <summary>The most tokens an answer may have (<c>clamp: { max_tokens: … }</c>), also one that asks for no limit; null for no such bound.</summary>
    public int? MaxTokens { get; private init; }

    /// <summary>Whether bodies stay as they are.</summary>
    public bool IsNone => Rules.IsEmpty && MaxTokens is null && Given is { ChatTemplateKwargs.Count: 0, Thinking: null, ThinkingOffBelow: null, MaxPromptChars: null };

    public static RequestShape Of(RequestShaping given)
    {
        var clamps = given.Clamp.ToDictionary(clamp => clamp.Key, clamp => Bounds(clamp.Value));
        var names = given.Strip.Concat(given.Set.Select(field => field.Key)).Concat(given.Defaults.Select(field => field.Key)).Concat(clamps.Keys).Distinct();
        var rules = names.Select(name => new MemberRule(name)
        {
            Strips = given.Strip.Contains(name),
            Set = Value(given.Set, name),
            Default = Value(given.Defaults, name),
            Least = clamps.GetValueOrDefault(name).Least,
            Most = name == MaxTokensName ? null : clamps.GetValueOrDefault(name).Most,
        });
        return new RequestShape(given, [.. rules.Where(rule => rule.Strips || rule is not { Set: null, Default: null, Least: null, Most: null })])
        {
            MaxTokens = clamps.GetValueOrDefault(MaxTokensName).Most is { } most ? (int)Math.Clamp(double.Parse(most, CultureInfo.InvariantCulture), 1, int.MaxValue) : null,
        };
    }

    /// <summary>Whether the answer will be a stream.</summary>
    /// <param name="asked">What the client says; null when it says nothing.</param>
    public bool Streams(bool? asked)
    {
        var rule = Rules.FirstOrDefault(rule => rule.Name == "stream");
        return rule is null ? asked ?? false : rule.Set is { } set ? set == "true" : (rule.Strips ? null : asked) ?? rule.Default == "true";
    }

    /// <summary>Tokens of answer that a request which asks for <paramref name="asked"/> will be allowed; null for as many as the engine likes.</summary>
    public long? Budget(long? asked, int? cap)
    {
        var rule = Rules.FirstOrDefault(rule => rule.Name == MaxTokensName);
        var given = Number(rule?.Set) ?? (rule?.Strips == true ? null : asked) ?? Number(rule?.Default);
        return (given, Lower(cap)) is (var tokens, { } most) && (tokens is null || tokens > most) ? most : given;
    }

    /// <summary>The lower of its own bound of tokens and another.</summary>
    public int? Lower(int? cap) => cap is { } most && MaxTokens is { } own ? Math.Min(most, own) : cap ?? MaxTokens;

    /// <summary>The model's <c>chat_template_kwargs</c>, with the decision on thinking in it; null when there is nothing to say.</summary>
    public string? KwargsWith(bool? thinking)
    {
        var fields = given(thinking).Select(field => $"\"{JsonEncodedText.Encode(field.Key)}\":{field.Value}").ToList();
        return fields.Count == 0 ? null : $"{{{string.Join(',', fields)}}}";

        IEnumerable<KeyValuePair<string, string>> given(bool? decided) => decided is not { } on
            ? Given.ChatTemplateKwargs
            : Given.ChatTemplateKwargs.Where(field => field.Key != EnableThinking).Append(KeyValuePair.Create(EnableThinking, on ? "true" : "false"));
    }

    /// <summary>The bounds that a value of <c>clamp</c> means.</summary>
    private static (string? Least, string? Most) Bounds(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return parsed.RootElement.ValueKind == JsonValueKind.Number ? (null, json) : (Bound(parsed.RootElement, "min"), Bound(parsed.RootElement, "max"));
    }

    private static string? Bound(JsonElement clamp, string name) => clamp.TryGetProperty(name, out var bound) ? bound.GetRawText() : null;

    private static string? Value(JsonFields fields, string name) => fields.Where(field => field.Key == name).Select(field => field.Value).FirstOrDefault();

    private static long? Number(string? json) => long.TryParse(json, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
