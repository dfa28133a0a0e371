using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Import;

/// <summary>The <c>SLUICE_</c> variables: two servers that run already and take turns, and a cloud model.</summary>
internal static class SluiceImport
{
    public const string Prefix = "SLUICE_";
    private const string Local = "local";
    private const int ReasoningTokens = 2048;
    private const int FastTokens = 512;

    /// <summary>Whether the environment speaks of it at all.</summary>
    public static bool IsIn(IReadOnlyDictionary<string, string> environment) => environment.Any(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal) && variable.Value.Length > 0);

    public static ImportReport Read(IReadOnlyDictionary<string, string> environment)
    {
        List<NotCarried> lost = [];
        var variables = new Variables(environment, lost);
        var draft = new ImportDraft(lost);
        draft.Listen(null, variables.Whole("PORT", 5590, 1, 65535), "");
        draft.Lose(Prefix + "PORT", "was served on every address without a key; this machine alone is served until server.api_keys or allow_anonymous says otherwise");
        draft.Scheduling = draft.Scheduling with { MaxQueue = variables.Whole("MAX_QUEUE_DEPTH", 20, 1, 100_000) };
        draft.Pools.Add(Local, new PoolConfig { Policy = PoolPolicy.Fit, Serialize = true });
        draft.Comment(ConfigKey.Top("pools") / Local, "Both servers stay in memory; one request runs at a time.");
        AddLocal(draft, variables);
        AddCloud(draft, variables, hasKey: environment.GetValueOrDefault(Providers.AnthropicKey) is { Length: > 0 });
        variables.Lose("CLOUD_TIMEOUT", "never had an effect; models.*.request_timeout bounds the silence of an engine");
        _ = variables.Text("CLAUDE_BIN", ""); // it counts here too
        variables.Lose("LOG_DIR", "logs go to stderr");
        variables.Lose("QUEUE_TIMEOUT", "had no effect over HTTP; scheduling.queue_timeout bounds the wait of a request, by priority");
        variables.LoseTheRest();
        return draft.Report(ImportFormat.Sluice);
    }

    private static void AddLocal(ImportDraft draft, Variables variables)
    {
        var (ceiling, characters) = (variables.Whole("MAX_TOKENS", 8192, 1, 100_000_000), variables.Whole("MAX_PROMPT_CHARS", 48_000, 1, 1_000_000_000));
        (string Url, string Model) reasoning = (Address("REASONING_URL", "http://localhost:8080/v1"), variables.Text("REASONING_MODEL", "mlx-community/Qwen3-8B-4bit"));
        (string Url, string Model) fast = (Address("FAST_URL", "http://localhost:8081/v1"), variables.Text("FAST_MODEL", "mlx-community/Qwen3-1.7B-4bit"));
        var (together, oneEngine) = (reasoning == fast, reasoning.Url == fast.Url);

        draft.Engines.Add("reasoning", Attached(reasoning.Url));
        draft.Add(reasoning.Model, Model("reasoning", ReasoningTokens) with { Aliases = together ? ["reasoning", "fast", "tiny"] : ["reasoning"] }, Prefix + "REASONING_MODEL");
        if (together)
        {
            return;
        }

        if (!oneEngine)
        {
            draft.Engines.Add("fast", Attached(fast.Url));
        }

        // One model on two servers: a name stands for one of them, so the other gets its own and asks its server by the old one.
        var same = reasoning.Model.Equals(fast.Model, StringComparison.OrdinalIgnoreCase);
        var model = Model(oneEngine ? "reasoning" : "fast", FastTokens) with { Aliases = ["fast", "tiny"] };
        draft.Add(same ? $"{fast.Model}-fast" : fast.Model, same ? model with { RequestModel = fast.Model } : model, Prefix + "FAST_MODEL");

        string Address(string name, string unless) => draft.Address(variables.Text(name, unless), Prefix + name, "/v1") ?? throw new ImportRefusedException($"{Prefix}{name} is no address of a server");
        static EngineConfig Attached(string url) => new() { Lifecycle = Lifecycle.Attached, Url = url, Pool = Local, Ready = new ReadyConfig { Path = "/v1/models" } };
        ModelConfig Model(string engine, int least) => new()
        {
            Engine = engine,
            MaxPromptChars = characters,
            ChatTemplateKwargs = Fields(("enable_thinking", "false")),
            Clamp = Fields(("max_tokens", string.Create(CultureInfo.InvariantCulture, $"{{\"min\":{least},\"max\":{Math.Max(least, ceiling)}}}"))),
        };
    }

    /// <summary>The preset names the variable, and without a key the program answers, as it did before.</summary>
    private static void AddCloud(ImportDraft draft, Variables variables, bool hasKey)
    {
        draft.Engines.Add("cloud", new EngineConfig { Preset = "anthropic" });
        draft.Comment(ConfigKey.Top("engines") / "cloud", $"Its key is in the variable {Providers.AnthropicKey}; without one the program claude answers, if it is installed.");
        if (!hasKey)
        {
            draft.Lose("cloud", $"{Providers.AnthropicKey} is not set; until it is, the program claude answers, if it is installed, on the account it is logged in with");
        }

        draft.Add(variables.Text("CLOUD_MODEL", "claude-sonnet-4-6"), new ModelConfig { Engine = "cloud", Aliases = ["cloud"] }, Prefix + "CLOUD_MODEL");
    }

    private static JsonFields Fields(params (string Name, string Json)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Json)));

    /// <summary>The variables, and which of them were asked for.</summary>
    private sealed class Variables(IReadOnlyDictionary<string, string> environment, List<NotCarried> lost)
    {
        private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

        public string Text(string name, string unless) => _asked.Add(name) && environment.GetValueOrDefault(Prefix + name) is { Length: > 0 } text ? text.Trim() : unless;

        public int Whole(string name, int unless, int least, int most) => Text(name, "") is not { Length: > 0 } text ? unless
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new ImportRefusedException($"{Prefix}{name} is '{text}'; it must be a whole number from {least} to {most}");

        public void Lose(string name, string why)
        {
            if (Text(name, "").Length > 0)
            {
                lost.Add(new NotCarried(Prefix + name, why));
            }
        }

        public void LoseTheRest() =>
            lost.AddRange(environment.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !_asked.Contains(name[Prefix.Length..])).Order().Select(name => new NotCarried(name, "is not known to the importer")));
    }
}
