using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigTextTests
{
    /// <summary>What a problem's own text needs around it to be the only problem. Three lines, so the text begins on line 4.</summary>
    private const string Sound = "engines: { e: { preset: builtin } }\nmodels:\n  m: { engine: e, path: m.gguf }\n";

    [Fact]
    public void Every_key_is_read()
    {
        var draft = ConfigText.Read("f", """
            server: { listen: "http://[::1]:1", shutdown_grace: 1m30s, max_body: 1.5 GB }
            scheduling: { keep_alive_interval: 250ms, max_queue: 3, request_timeout: 2h }
            pools: { gpu: { policy: exclusive, settle_timeout: 0 } }
            engines:
              mine:
                preset: builtin
                lifecycle: process
                command: [run, "{port}", 8080, "{id}"]
                env: { A: 1, B: "", C: true }
                cwd: /tmp
                ready: { path: /up }
                start_timeout: 1s
                stop_timeout: 0s
            models:
              zeta: { engine: mine, path: z, aliases: [a, b], context_length: 4096, max_concurrency: 2, priority: high }
              alpha.1: { engine: mine, priority: 4 }
            """, KnownPresets.All);

        draft.Problems.ShouldBeEmpty();
        draft.Config.Server.ShouldBe(new ServerConfig { Listen = "http://[::1]:1", ShutdownGrace = TimeSpan.FromSeconds(90), MaxBody = new ByteSize(1_500_000_000) });
        draft.Config.Scheduling.ShouldBe(new SchedulingConfig { KeepAliveInterval = TimeSpan.FromMilliseconds(250), MaxQueue = 3, RequestTimeout = TimeSpan.FromHours(2) });
        draft.Config.Pools["gpu"].ShouldBe(new PoolConfig { SettleTimeout = TimeSpan.Zero });
        var engine = draft.Config.Engines["mine"];
        engine.Command.ShouldBe(["run", "{port}", "8080", "{id}"]);
        engine.Env.ShouldBe(new Dictionary<string, string> { ["A"] = "1", ["B"] = "", ["C"] = "true" }, ignoreOrder: true);
        (engine.Preset, engine.Lifecycle, engine.Cwd, engine.Ready?.Path, engine.StartTimeout, engine.StopTimeout)
            .ShouldBe(("builtin", Lifecycle.Process, "/tmp", "/up", TimeSpan.FromSeconds(1), TimeSpan.Zero));
        draft.Config.Models.Keys.ShouldBe(["zeta", "alpha.1"]);
        var zeta = draft.Config.Models["zeta"];
        (zeta.Engine, zeta.Path, zeta.ContextLength, zeta.MaxConcurrency, zeta.Priority).ShouldBe(("mine", "z", 4096, 2, Priority.High));
        zeta.Aliases.ShouldBe(["a", "b"]);
        draft.Config.Models["alpha.1"].Priority.ShouldBe(Priority.Background);
    }

    [Fact]
    public void Every_key_of_waiting_and_memory_is_read()
    {
        var draft = ConfigText.Read("f", """
            scheduling: { max_wait: 1m, queue_timeout: { high: 2m, low: off }, turn_factor: 2.5, swap_patience: 0, gate_cap: 4, preempt: true, max_duration: 1h }
            pools:
              gpu: { policy: fit, memory: 24GiB, safety_margin: 1.25, serialize: true, max_resident: 3, drain_timeout: 1m }
              cpu: { memory: auto, drain_timeout: off, pressure: { high: { available: 4GiB }, critical: { swap_used: 95.5% } } }
            engines: { e: { lifecycle: attached, url: "http://127.0.0.1:1", pool: cpu, max_concurrency: 4, priority_field: true } }
            models:
              m: { engine: e, pool: gpu, memory: 6GB, pinned: true, preload: true, request_timeout: 1m, max_duration: off, max_tokens_under_pressure: { normal: 9, high: 5 } }
              n: { engine: e, idle_timeout: 1h }
            state_file: state.json
            """, KnownPresets.All);

        draft.Problems.ShouldBeEmpty();
        var scheduling = draft.Config.Scheduling;
        Enum.GetValues<Priority>().Select(scheduling.MaxWaitOf).Distinct().ShouldBe([TimeSpan.FromMinutes(1)]);
        (scheduling.QueueTimeoutOf(Priority.High), scheduling.QueueTimeoutOf(Priority.Low), scheduling.MaxDuration.Value).ShouldBe((TimeSpan.FromMinutes(2), null, TimeSpan.FromHours(1)));
        (scheduling.TurnFactor, scheduling.SwapPatience, scheduling.GateCap, scheduling.Preempt).ShouldBe((2.5, 0, 4, true));
        draft.Config.Pools["gpu"].ShouldBe(new PoolConfig
        {
            Policy = PoolPolicy.Fit,
            Memory = new SizeOrAuto(new ByteSize(24L << 30)),
            SafetyMargin = 1.25,
            Serialize = true,
            MaxResident = 3,
            DrainTimeout = new DurationOrOff(TimeSpan.FromMinutes(1)),
        });
        var plain = new PressureConfig();
        draft.Config.Pools["cpu"].Pressure.ShouldBe(plain with
        {
            High = plain.High with { Available = new SizeOrPercent(new ByteSize(4L << 30), default) },
            Critical = plain.Critical with { SwapUsed = new Percent(95.5) },
        });
        var engine = draft.Config.Engines["e"];
        (engine.Lifecycle, engine.Url, engine.Pool, engine.MaxConcurrency, engine.PriorityField).ShouldBe((Lifecycle.Attached, "http://127.0.0.1:1", "cpu", 4, true));
        var model = draft.Config.Models["m"];
        (model.Pool, model.Memory?.Bytes, model.Pinned, model.Preload, model.RequestTimeout, model.MaxDuration)
            .ShouldBe(("gpu", 6_000_000_000, true, true, TimeSpan.FromMinutes(1), DurationOrOff.Off));
        model.MaxTokensUnderPressure.ShouldBe(new MaxTokensConfig { Normal = 9, High = 5 });
        draft.Config.Models["n"].IdleTimeout.Value.ShouldBe(TimeSpan.FromHours(1));
        draft.Config.StateFile.ShouldBe("state.json");
    }

    [Fact]
    public void Every_key_of_who_is_let_in_is_read()
    {
        var draft = ConfigText.Read("f", Sound + """
            server:
              allow_anonymous: true
              allowed_hosts: [gpu.example.org, "*", "::1"]
              cors: ["https://chat.example.org", "app://obsidian.md", "*"]
              api_keys:
                - { name: a, key: env:A }
                - name: b
                  key: file:~/b.key
                  priority: low
                  max_priority: 1
                  weight: 2.5
                  scopes: [admin, metrics]
                  models: [M]
                  max_concurrent: 3
                  requests_per_minute: 60
            """, KnownPresets.All);

        draft.Problems.ShouldBeEmpty();
        var server = draft.Config.Server;
        (server.AllowAnonymous, server.AllowedHosts.Count, server.Cors.Count, server.ApiKeys.Count).ShouldBe((true, 3, 3, 2));
        server.ApiKeys[0].Scopes.ShouldBe([Scope.Infer]);
        (server.ApiKeys[0].Weight, server.ApiKeys[0].Key.ToString()).ShouldBe((1, "env:A"));
        var key = server.ApiKeys[1];
        (key.Key.Place, key.Key.Value, key.Priority, key.MaxPriority, key.Weight, key.MaxConcurrent, key.RequestsPerMinute)
            .ShouldBe((KeyPlace.File, "~/b.key", Priority.Low, Priority.High, 2.5, 3, 60));
        key.Scopes.ShouldBe([Scope.Admin, Scope.Metrics]);
        key.Models.ShouldBe(["M"]);
    }

    [Fact]
    public void Sections_and_lists_may_be_empty()
    {
        var draft = ConfigText.Read("f", "server:\nscheduling: {}\npools: ~\nengines: { e: { preset: builtin, env: } }\nmodels: { m: { engine: e, path: x, aliases: } }\n", KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        draft.Config.Server.ShouldBe(new ServerConfig());
        draft.Config.Models["m"].Aliases.ShouldBeEmpty();
    }

    [Fact]
    public void An_alias_stands_for_what_its_anchor_holds()
    {
        var draft = ConfigText.Read("f", "engines: { e: { preset: builtin } }\nmodels:\n  a: &m { engine: e, path: x }\n  b: *m\n", KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        draft.Config.Models["b"].Path.ShouldBe("x");
    }

    [Theory]
    [InlineData("serverr: {}", "4: serverr: is an unknown key; did you mean 'server'? Known here: server, scheduling, pools, engines, models, discover, prices, include, state_file, allow_destructive_ollama_api")]
    [InlineData("server:\n  lisen: x", "5: server.lisen: is an unknown key; did you mean 'listen'? Known here: listen, api_keys, allow_anonymous, allowed_hosts, cors, shutdown_grace, max_body")]
    [InlineData("server:\n  tls: {}", "5: server.tls: is an unknown key; Known here: listen, api_keys, allow_anonymous, allowed_hosts, cors, shutdown_grace, max_body")]
    [InlineData("server: {}\nserver: {}", "5: server: is given twice, first on line 4; remove one of them")]
    [InlineData("scheduling:\n  max_queue: 1\n\n  max_queue: 2", "7: scheduling.max_queue: is given twice, first on line 5; remove one of them")]
    [InlineData("scheduling: { max_queue: \"5\" }", "4: scheduling.max_queue: expected a whole number, found the text \"5\"; remove the quotes")]
    [InlineData("scheduling: { max_queue: '5x' }", "4: scheduling.max_queue: expected a whole number, found '5x'")]
    [InlineData("scheduling: { max_queue: 5.0 }", "4: scheduling.max_queue: expected a whole number, found '5.0'")]
    [InlineData("scheduling: { max_queue: 010 }", "4: scheduling.max_queue: expected a whole number, found '010'")]
    [InlineData("scheduling: { max_queue: --1 }", "4: scheduling.max_queue: expected a whole number, found '--1'")]
    [InlineData("scheduling: { max_queue: yes }", "4: scheduling.max_queue: expected a whole number, found 'yes'")]
    [InlineData("scheduling: { max_queue: 99999999999 }", "4: scheduling.max_queue: '99999999999' is beyond the numbers that make sense here")]
    [InlineData("scheduling: { max_queue: -1 }", "4: scheduling.max_queue: must be from 1 to 100000, and is -1")]
    [InlineData("scheduling: { max_queue: [1] }", "4: scheduling.max_queue: expected a whole number, found a list")]
    [InlineData("scheduling: { max_queue: }", "4: scheduling.max_queue: has no value; expected a whole number; remove the key to leave it out")]
    [InlineData("scheduling:\n  request_timeout: 5", "5: scheduling.request_timeout: '5' has no unit; write 5s for seconds, or ms, m, h")]
    [InlineData("server:\n  max_body: 5G", "5: server.max_body: '5G' has the unit 'G', which could mean 1000 or 1024; write GB or GiB")]
    [InlineData("server: [listen]", "4: server: expected a section with the keys listen, api_keys, allow_anonymous, allowed_hosts, cors, shutdown_grace, max_body, found a list")]
    [InlineData("pools: gpu", "4: pools: expected a section, 'name: value' lines, found 'gpu'")]
    [InlineData("pools: { gpu: { policy: lru } }", "4: pools.gpu.policy: 'lru' is no policy of this version; write exclusive or fit")]
    [InlineData("server:\n  listen: http://0.0.0.0:80", "5: server.listen: 'http://0.0.0.0:80' can be reached from other machines; give server.api_keys, or say server.allow_anonymous: true if everybody who reaches it may use it, or serve on loopback: write it as http://127.0.0.1:5590")]
    [InlineData("scheduling: { max_wait: 5 }", "4: scheduling.max_wait: '5' has no unit; write 5s for seconds, or ms, m, h")]
    [InlineData("scheduling: { max_wait: 8d }", "4: scheduling.max_wait: must be from 0s to 7d, and is 8d")]
    [InlineData("scheduling: { max_wait: { urgent: 1s } }", "4: scheduling.max_wait.urgent: is an unknown key; Known here: critical, high, medium, low, background")]
    [InlineData("scheduling: { max_wait: [1s] }", "4: scheduling.max_wait: expected a section with the keys critical, high, medium, low, background, found a list")]
    [InlineData("scheduling: { max_wait: { high: off } }", "4: scheduling.max_wait.high: 'off' is no duration; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s")]
    [InlineData("scheduling: { queue_timeout: never }", "4: scheduling.queue_timeout: 'never' is no duration; write off for none")]
    [InlineData("scheduling: { turn_factor: three }", "4: scheduling.turn_factor: expected a number, found 'three'")]
    [InlineData("scheduling: { turn_factor: NaN }", "4: scheduling.turn_factor: expected a number, found 'NaN'")]
    [InlineData("scheduling: { turn_factor: '3' }", "4: scheduling.turn_factor: expected a number, found the text \"3\"; remove the quotes")]
    [InlineData("scheduling: { turn_factor: -1.5 }", "4: scheduling.turn_factor: must be from 0 to 100, and is -1.5")]
    [InlineData("pools: { gpu: { pressure: { high: { swap_used: 75 } } } }", "4: pools.gpu.pressure.high.swap_used: '75' has no unit; write 75% for a share")]
    [InlineData("server:\n  api_keys:\n    - { name: a, key: sk-secret }", "6: server.api_keys[0].key: must not be the key itself; write env:NAME (an environment variable), file:PATH, or sha256: and 64 hexadecimal digits")]
    [InlineData("server:\n  api_keys:\n    - { name: a, key: env:A, scopes: [root] }", "6: server.api_keys[0].scopes[0]: 'root' is no scope of this version; write infer, admin or metrics")]
    [InlineData("server:\n  api_keys:\n    - { name: a, key: env:A, weight: 0 }", "6: server.api_keys[0].weight: must be from 0.01 to 100, and is 0")]
    [InlineData("server:\n  api_keys:\n    - { name: a }", "6: server.api_keys[0].key: is missing; this key must be given")]
    public void A_mistake_outside_of_engines_and_models_is_named(string text, string problem) => Problems(Sound + text).ShouldBe(["f:" + problem]);

    [Theory]
    [InlineData("preset: bultin", "1: engines.e.preset: 'bultin' is no preset; did you mean 'builtin'?")]
    [InlineData("preset: builtin, lifecycle: launchd", "1: engines.e.lifecycle: 'launchd' is no life cycle of this version; write process, api, ollama, systemd, attached or cloud")]
    [InlineData("", "1: engines.e.command: is missing; write the program and its arguments, or take a preset, which 'lockkeeper presets' lists")]
    [InlineData("lifecycle: process", "1: engines.e.command: is missing; write the program and its arguments, or take a preset, which 'lockkeeper presets' lists")]
    [InlineData("command: []", "1: engines.e.command: names no program; the first item is the program to run")]
    [InlineData("command: ['', '{port}']", "1: engines.e.command[0]: names no program; the first item is the program to run")]
    [InlineData("command: \"run {port}\"", "1: engines.e.command: expected a list, found the text \"run {port}\"; write it as a list of separate items")]
    [InlineData("command: [run, {port}]", "1: engines.e.command[1]: expected text, found a section; a placeholder must be in quotes: \"{port}\"")]
    [InlineData("command: [run, '{port}', '{pth}']", "1: engines.e.command[2]: {pth} is no placeholder; did you mean {path}?")]
    [InlineData("command: [run, '{port}', '{zzzzzzzz}']", "1: engines.e.command[2]: {zzzzzzzz} is no placeholder; there are {port} {scratch} {id} {path} {dir} {name} {type} {context_length} {max_concurrency} {mmproj} {gpu_layers} {threads} {temp} {top_p} {top_k} {min_p} {kv_unified} {cache_type_k} {cache_type_v} {flash_attn} {fit} {chat_template} {chat_template_file} {chat_template_kwargs} {enable_auto_tool_choice} {tool_call_parser} {reasoning_parser} {config_name} {quantization} {memory_gb}")]
    [InlineData("command: [run, \"{port}\", \"a\\0b\"]", "1: engines.e.command[2]: holds a NUL character, which no program can be given")]
    [InlineData("command: [run]", "1: engines.e.command: never says {port}; Lockkeeper leases a port for each start and must be able to tell the engine. If it has a port of its own, say so with url")]
    [InlineData("command: [run, '{port}', '{context_length}']", "3: models.m.context_length: is missing; the command of its engine holds {context_length}")]
    [InlineData("preset: builtin, env: { 'A=B': x }", "1: engines.e.env.A=B: cannot be an environment variable; a name is not empty and holds no '=', and neither part holds a NUL character")]
    [InlineData("preset: builtin, env: { A: }", "1: engines.e.env.A: has no value; expected text; remove the key to leave it out")]
    [InlineData("preset: builtin, cwd: ''", "1: engines.e.cwd: is empty; name a file or folder, or remove the key")]
    [InlineData("preset: builtin, ready: { path: health }", "1: engines.e.ready.path: 'health' is no path; it begins with a slash and holds no spaces, as in /health")]
    [InlineData("preset: builtin, ready: /health", "1: engines.e.ready: expected a section with the keys path, json, contains_model, completion, found '/health'")]
    [InlineData("preset: builtin, start_timeout: 0s", "1: engines.e.start_timeout: must be from 10ms to 24h, and is 0s")]
    public void A_mistake_in_an_engine_is_named(string engine, string problem)
    {
        var problems = Problems($"engines: {{ e: {{ {engine} }} }}\nmodels:\n  m: {{ engine: e, path: m.gguf }}\n");
        problems.ShouldHaveSingleItem();
        problems[0].ShouldBe("f:" + problem);
    }

    [Theory]
    [InlineData("m: { path: x }", "3: models.m.engine: is missing; this key must be given")]
    [InlineData("m: {}", "3: models.m.engine: is missing; this key must be given")]
    [InlineData("m:", "3: models.m.engine: is missing; this key must be given")]
    [InlineData("m: x", "3: models.m: expected a section, 'key: value' lines, found 'x'")]
    [InlineData("m: { engine: ee, path: x }", "3: models.m.engine: there is no engine 'ee'; did you mean 'e'?")]
    [InlineData("m: { engine: something, path: x }", "3: models.m.engine: there is no engine 'something'; there are 'e'")]
    [InlineData("m: { engine: e }", "3: models.m.path: is missing; the preset 'builtin' needs it")]
    [InlineData("m: { engine: e, pth: x }", "3: models.m.pth: is an unknown key; did you mean 'path'?")]
    [InlineData("m: { engin: e, path: x }", "3: models.m.engin: is an unknown key; did you mean 'engine'?")]
    [InlineData("m: { engine: e, path: '' }", "3: models.m.path: is empty; name a file or folder, or remove the key")]
    [InlineData("m: { engine: e, path: ~ }", "3: models.m.path: has no value; expected text; remove the key to leave it out")]
    [InlineData("m: { engine: e, path: \"a\\0b\" }", "3: models.m.path: holds a NUL character, which no file name has")]
    [InlineData("m: { engine: e, path: x, priority: urgent }", "3: models.m.priority: 'urgent' is no priority; write critical, high, medium, low, background or 0 to 4")]
    [InlineData("m: { engine: e, path: x, context_length: 32k }", "3: models.m.context_length: expected a whole number, found '32k'")]
    [InlineData("m: { engine: e, path: x, context_length: 0 }", "3: models.m.context_length: must be from 1 to 100000000, and is 0")]
    [InlineData("m: { engine: e, path: x, aliases: n }", "3: models.m.aliases: expected a list, found 'n'; write [n]")]
    [InlineData("m: { engine: e, path: x, aliases: [[n]] }", "3: models.m.aliases[0]: expected text, found a list")]
    [InlineData("m: { engine: e, path: x, aliases: [M] }", "3: models.m.aliases[0]: 'M' is taken by models.m on line 3, and case does not tell names apart; remove one of them")]
    [InlineData("m: { engine: e, path: x, aliases: [n, N] }", "3: models.m.aliases[1]: 'N' is taken by models.m.aliases[0] on line 3, and case does not tell names apart; remove one of them")]
    [InlineData("m: { engine: e, path: x }\n  M: { engine: e, path: x }", "4: models.M: 'M' is taken by models.m on line 3, and case does not tell names apart; choose another name")]
    [InlineData("m: { engine: e, path: x,\n     aliases: [n, k] }\n  k: { engine: e, path: x }", "4: models.m.aliases[1]: 'k' is taken by models.k on line 5, and case does not tell names apart; choose another name")]
    [InlineData("'': { engine: e, path: x }", "3: models.: a model's name must not be empty")]
    [InlineData("\"a\\nb\": { engine: e, path: x }", "3: models.a\\u000ab: a model's name must not hold control characters")]
    [InlineData("' a': { engine: e, path: x }", "3: models. a: a model's name must not begin or end with a space")]
    public void A_mistake_in_a_model_is_named(string models, string problem) => Problems($"engines: {{ e: {{ preset: builtin }} }}\nmodels:\n  {models}\n").ShouldBe(["f:" + problem]);

    [Fact]
    public void A_name_has_at_most_200_characters()
    {
        Problems(Model(new string('x', 200))).ShouldBeEmpty();
        Problems(Model(new string('x', 201))).ShouldHaveSingleItem().ShouldEndWith("a model's name has at most 200 characters; this one has 201");

        static string Model(string id) => $"engines: {{ e: {{ preset: builtin }} }}\nmodels:\n  {id}: {{ engine: e, path: x }}\n";
    }

    [Fact]
    public void An_empty_file_has_nothing_to_serve()
    {
        foreach (var text in new[] { "", "\n\n", "# only a comment\n", "---\n", "null\n" })
        {
            Problems(text).ShouldBe(["f: models: there are none, so there is nothing to serve; add one, as in models: { my-model: { engine: my-engine, path: model.gguf } }"]);
        }
    }

    [Fact]
    public void Nine_mistakes_are_nine_problems_in_the_order_of_the_file() => Problems("""
        server:
          lisen: http://127.0.0.1:5590
          shutdown_grace: 10
        scheduling:
          max_queue: "200"
          max_queue: 7
        engines:
          mine:
            command: [my-server, "{port}", "{nope}"]
            env: [a, b]
        models:
          a: { engine: minne, path: x }
          A: { engine: mine, path: x, priority: urgent }
        """).Select(problem => string.Join(':', problem.Split(':')[..3])).ShouldBe(
    [
        "f:2: server.lisen", "f:3: server.shutdown_grace", "f:5: scheduling.max_queue", "f:6: scheduling.max_queue",
        "f:9: engines.mine.command[2]", "f:10: engines.mine.env", "f:12: models.a.engine", "f:13: models.A.priority", "f:13: models.A",
    ]);

    private static IReadOnlyList<string> Problems(string text) => [.. ConfigText.Read("f", text, KnownPresets.All).Problems.Select(problem => problem.ToString())];
}
