using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Import;

/// <summary>A <c>config.yaml</c> of llama-swap: a command for each model, groups or a matrix of those that may run together, and peers.</summary>
internal static class LlamaSwapImport
{
    private const int Port = 8080;

    /// <param name="root">The file.</param>
    /// <param name="lost">What is lost.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static ImportReport Read(OldSection root, List<NotCarried> lost, Func<string, string?> variable)
    {
        var draft = new ImportDraft(lost);
        draft.Keys([.. root.Texts("apiKeys").Select(key => InEnvironment(key) ?? Plain(key, variable))]);
        draft.Listen(null, Port, "");
        var macros = new Macros(variable).With(root.Node("macros"));
        var given = new LlamaSwapModel.Given(root.Seconds("globalTTL", 0, 2_592_000), root.Seconds("healthCheckTimeout", 15), root.Seconds("unloadTimeout", 0, 3600));
        var pools = LlamaSwapPools.Read(root, draft);
        foreach (var id in root.Section("models")?.Keys.ToList() ?? [])
        {
            var scope = macros.With("MODEL_ID", id).With("PORT", Placeholders.Port);
            if (root.Section("models")!.Node(id) is ConfigNode.Mapping raw)
            {
                scope = scope.With(raw.Entries.FirstOrDefault(entry => entry.Key == "macros")?.Value);
                var old = new OldSection((ConfigNode.Mapping)scope.Expand(raw), $"models.{id}", lost);
                LlamaSwapModel.Add(id, old, given, pools.GetValueOrDefault(id), draft);
                old.LoseTheRest();
            }
        }

        Priorities(root, draft);
        Preload(root, draft);
        Peers(root, draft, variable);
        Lose(root);
        root.LoseTheRest();
        return draft.Report(ImportFormat.LlamaSwap);
    }

    private static void Lose(OldSection root)
    {
        root.LoseEach("logs go to stderr", "logLevel", "logTimeFormat", "logToStdout");
        root.LoseEach("ports are leased for each start", "startPort");
        root.LoseEach("a stream that waits is told so in comments; no text is put into answers", "sendLoadingState");
        root.LoseEach("aliases are names like ids", "includeAliasesInList");
        root.LoseEach("prompts and answers are not kept", "captureBuffer", "metricsMaxInMemory", "store");
        root.LoseEach("there is no such page", "ui", "upstream");
        root.LoseEach("memory is measured while there are engines", "performance");
        root.LoseEach("was read, and had no effect", "logRequests");
        root.LoseEach("aliases are fixed; there is one set of them", "profiles");
        root.LoseEach("a name stands for one model", "selectors");
    }

    private static void Priorities(OldSection root, ImportDraft draft)
    {
        var fifo = root.Section("routing")?.Section("scheduler") is { } scheduler && scheduler.Text("use") is var _ ? scheduler.Section("settings")?.Section("fifo")?.Section("priority") : null;
        foreach (var id in fifo?.Keys.ToList() ?? [])
        {
            if (fifo!.Whole(id) is { } number && draft.Models.TryGetValue(id, out var model))
            {
                draft.Models[id] = model with { Priority = number > 0 ? Priority.High : number < 0 ? Priority.Low : Priority.Medium };
            }
        }

        if (fifo is not null)
        {
            draft.Lose(fifo.Place, "more than 0 became high, less became low: there are five priorities, and waiting raises none of them");
        }
    }

    private static void Preload(OldSection root, ImportDraft draft)
    {
        var hooks = root.Section("hooks");
        foreach (var id in hooks?.Section("on_startup")?.Texts("preload") ?? [])
        {
            if (draft.Models.TryGetValue(id, out var model))
            {
                draft.Models[id] = model with { Preload = true };
            }
            else
            {
                draft.Lose("hooks.on_startup.preload", $"there is no model '{id}'");
            }
        }
    }

    private static void Peers(OldSection root, ImportDraft draft, Func<string, string?> variable)
    {
        foreach (var (name, old) in root.Sections("peers"))
        {
            old.LoseEach("the engine's silence is bounded by models.*.request_timeout", "timeouts");
            if (AddressOf(old, draft, variable) is not { } address)
            {
                draft.Lose(old.Place, "has no address");
                continue;
            }

            var engine = draft.FreeEngineName(name);
            draft.Engines.Add(engine, ImportDraft.Cloud(address, EngineDialect.Openai, KeyOf(old, draft, engine, address)));
            var filters = LlamaSwapModel.Filters.Of(old.Section("filters"));
            foreach (var id in old.Texts("models"))
            {
                // Its own models win over those of a peer; the long name always works.
                var (known, longName) = (draft.Models.ContainsKey(id), $"{name}/{id}");
                draft.Add(known ? longName : id, new ModelConfig
                {
                    Engine = engine,
                    Strip = filters.Strip,
                    Set = new JsonFields(filters.Set.Where(field => field.Key != "model")),
                    RequestModel = known ? id : null,
                    Aliases = known ? [] : [longName],
                }, old.PlaceOf("models"));
            }
        }
    }

    /// <summary>What a peer is asked at; null for one that cannot be. A path behind it is put before the client's there, and stands for <c>/v1</c> here.</summary>
    private static string? AddressOf(OldSection old, ImportDraft draft, Func<string, string?> variable)
    {
        var written = old.Text("proxy") is { } proxy ? Plain(proxy, variable) : null;
        var path = Uri.TryCreate(written, UriKind.Absolute, out var url) && url.Query.Length == 0 ? url.AbsolutePath.TrimEnd('/') : "";
        return draft.Address(written, old.PlaceOf("proxy"), path) is { } host ? path.Length > 0 ? $"{host}{path}/v1" : host : null;
    }

    /// <summary>Where the key of a peer is from now on; null for one that has none.</summary>
    private static SecretSource? KeyOf(OldSection old, ImportDraft draft, string engine, string address)
    {
        var written = old.Text("apiKey");
        if (written is { Length: > 0 } && InEnvironment(written) is { } place && SecretSource.TryParse(place, out var named, out _))
        {
            return named;
        }

        var variable = Providers.KeyOf(address) ?? (written is { Length: > 0 } ? Providers.KeyNamed(engine) : null);
        if (variable is null || !SecretSource.TryParse($"env:{variable}", out var source, out _))
        {
            return null;
        }

        old.Lose("apiKey", written is { Length: > 0 }
            ? $"keys do not stand in the file; put it into the variable {variable}, which engines.{engine}.api_key names"
            : $"is missing, and a client's own key is never passed on; put one into the variable {variable}, which engines.{engine}.api_key names");
        draft.Comment(ConfigKey.Top("engines") / engine, $"Its key is to be in the variable {variable}.");
        return source;
    }

    private static string Plain(string text, Func<string, string?> variable) => ((ConfigNode.Scalar)new Macros(variable).Expand(new ConfigNode.Scalar(1, text, Quoted: true))).Text;

    /// <summary><c>${env.NAME}</c> as <c>env:NAME</c>; null for anything else.</summary>
    private static string? InEnvironment(string text) => text.StartsWith("${env.", StringComparison.Ordinal) && text.EndsWith('}') ? $"env:{text["${env.".Length..^1]}" : null;
}
