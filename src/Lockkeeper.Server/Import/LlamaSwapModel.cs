using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Import;

/// <summary>One model of llama-swap: an engine of its own with its command, and what clients ask for.</summary>
internal static class LlamaSwapModel
{
    /// <param name="id">Its name.</param>
    /// <param name="old">Its section, macros written out; <c>${PORT}</c> is <c>{port}</c> already.</param>
    /// <param name="given">What the file says for all.</param>
    /// <param name="pool">The pool of its group.</param>
    /// <param name="draft">Where it goes.</param>
    public static void Add(string id, OldSection old, Given given, string? pool, ImportDraft draft)
    {
        _ = old.Node("macros");
        var command = ShellWords.Split(old.Text("cmd") ?? "");
        if (command.Count == 0)
        {
            draft.Lose(old.Place, "has no cmd");
            return;
        }

        if (!draft.CanTake(command.Select(word => word.Replace(Placeholders.Port, "", StringComparison.Ordinal)), old.PlaceOf("cmd")))
        {
            return;
        }

        var name = draft.FreeEngineName(id);
        var engine = Engine(old, command, given, draft) with { Pool = pool };
        var model = Model(name, old, command, given);
        if (draft.Add(id, model, old.Place))
        {
            draft.Engines.Add(name, engine);
        }
    }

    private static EngineConfig Engine(OldSection old, IReadOnlyList<string> command, Given given, ImportDraft draft)
    {
        old.LoseEach(
            command[0] is "docker" or "podman" ? "is not run: SIGTERM goes to the client of the container, which passes it on unless it runs detached (leave out -d)" : "is not run: the engine's whole process group gets SIGTERM, and SIGKILL after stop_timeout",
            "cmdStop");
        var leased = command.Any(word => word.Contains(Placeholders.Port, StringComparison.Ordinal));
        var proxy = old.Text("proxy") ?? "http://localhost:" + Placeholders.Port;
        string? url = null;
        if (!leased || !proxy.Contains(Placeholders.Port, StringComparison.Ordinal))
        {
            url = draft.Address(proxy.Replace(":" + Placeholders.Port, "", StringComparison.Ordinal), old.PlaceOf("proxy"));
        }
        else if (!proxy.TrimEnd('/').EndsWith(Placeholders.Port, StringComparison.Ordinal))
        {
            draft.Lose(old.PlaceOf("proxy"), "the path behind the address: engines are asked at the paths that clients ask for");
        }

        var check = old.Text("checkEndpoint");
        if (check == "none")
        {
            old.Lose("checkEndpoint", "an engine is ready when it answers; it is asked for /v1/models");
        }

        return new EngineConfig
        {
            Lifecycle = Lifecycle.Process,
            Command = command,
            Url = url,
            Env = Environment(old),
            Ready = check == "none" ? new ReadyConfig { Path = "/v1/models" } : check is not null ? new ReadyConfig { Path = check.StartsWith('/') ? check : "/" + check } : null,
            StartTimeout = given.StartTimeout,
            StopTimeout = old.Seconds("unloadTimeout", 0, 3600) is { } own && own > TimeSpan.Zero ? own : given.StopTimeout is { } all && all > TimeSpan.Zero ? all : null,
        };
    }

    private static OrderedDictionary<string, string>? Environment(OldSection old)
    {
        var variables = new OrderedDictionary<string, string>();
        foreach (var text in old.Texts("env"))
        {
            var parts = text.Split('=', 2);
            if (parts.Length == 2 && parts[0].Length > 0)
            {
                variables[parts[0]] = parts[1];
            }
            else
            {
                old.Lose("env", $"'{text}' is no NAME=VALUE");
            }
        }

        return variables.Count > 0 ? variables : null;
    }

    private static ModelConfig Model(string engine, OldSection old, IReadOnlyList<string> command, Given given)
    {
        old.LoseEach("models are shown by their id", "name", "description", "metadata");
        old.LoseEach("a stream that waits is told so in comments; no text is put into answers", "sendLoadingState");
        old.LoseEach("there are no web sockets", "compat");
        if (old.Truth("unlisted") == true)
        {
            old.Lose("unlisted", "every model is listed");
        }

        var timeouts = old.Section("timeouts");
        timeouts?.LoseEach("connections to engines need no such setting", "connect", "keepalive", "tlsHandshake", "expectContinue", "idleConn");
        var filters = Filters.Of(old.Section("filters"));
        var idle = old.Number("ttl", -1, 2_592_000) is { } ttl and >= 0 ? TimeSpan.FromSeconds(ttl) : given.Idle ?? TimeSpan.Zero;
        var capabilities = old.Section("capabilities");
        var kind = Kind(command, capabilities);
        return new ModelConfig
        {
            Engine = engine,
            Aliases = [.. old.Texts("aliases").Distinct(StringComparer.OrdinalIgnoreCase)],
            Type = kind == ModelType.Chat ? null : kind,
            Capabilities = kind == ModelType.Chat ? Capabilities(capabilities) : [],
            ContextLength = capabilities?.Whole("context", 1, 100_000_000),
            IdleTimeout = idle > TimeSpan.Zero ? new DurationOrOff(idle) : DurationOrOff.Off,
            MaxConcurrency = old.Whole("concurrencyLimit", 0, 1024) is { } limit and > 0 ? limit : Parallel(command),
            RequestTimeout = timeouts?.Number("responseHeader", 0, 86_400) is { } silence and > 0 ? TimeSpan.FromSeconds(silence) : null,
            Strip = filters.Strip,
            Set = new JsonFields(filters.Set.Where(field => field.Key != "model")),
            RequestModel = old.Text("useModelName") is { Length: > 0 } name ? name : null,
        };
    }

    /// <summary>What the engine is told on its command line; llama-swap itself let ten requests through to it.</summary>
    private static int? Parallel(IReadOnlyList<string> command)
    {
        for (var i = 0; i + 1 < command.Count; i++)
        {
            if (command[i] is "-np" or "--parallel" or "--max-num-seqs" && int.TryParse(command[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var slots) && slots is >= 1 and <= 1024)
            {
                return slots;
            }
        }

        return null;
    }

    private static ModelType Kind(IReadOnlyList<string> command, OldSection? capabilities) =>
        capabilities?.Truth("reranker") == true || command.Any(word => word is "--rerank" or "--reranking") ? ModelType.Rerank
        : command.Any(word => word is "--embedding" or "--embeddings") ? ModelType.Embedding
        : ModelType.Chat;

    private static List<Capability> Capabilities(OldSection? capabilities)
    {
        if (capabilities is null)
        {
            return [];
        }

        List<Capability> known = [Capability.Chat];
        _ = capabilities.Texts("out");
        if (capabilities.Texts("in").Contains("image", StringComparer.OrdinalIgnoreCase))
        {
            known.Add(Capability.Vision);
        }

        if (capabilities.Truth("tools") == true)
        {
            known.Add(Capability.Tools);
        }

        return known.Count > 1 ? known : [];
    }

    /// <summary>What the file says for all models.</summary>
    internal sealed record Given(TimeSpan? Idle, TimeSpan? StartTimeout, TimeSpan? StopTimeout);

    /// <summary>What is changed in requests.</summary>
    internal sealed record Filters(IReadOnlyList<string> Strip, JsonFields Set)
    {
        public static Filters Of(OldSection? old)
        {
            old?.LoseEach("a name stands for one model with one set of values; give the variant a model of its own", "setParamsByID");
            return new Filters(
                [.. (old?.Words("stripParams") ?? []).Where(name => name != "model").Distinct(StringComparer.Ordinal)],
                new JsonFields((old?.Json("setParams") ?? JsonFields.None).Where(field => field.Key != "model")));
        }
    }
}
