using System.Net;
using System.Text.Json;
using Lockkeeper.Testing;

namespace Lockkeeper.Clients.Tests;

/// <summary>The real executable with the two demo models, as tests/clients/support/router.mjs expects it.</summary>
internal sealed class RouterUnderTest : IAsyncDisposable
{
    public const string Guide = "demo-guide";
    public const string Poet = "demo-poet";
    public const string Embedder = "demo-embedder";

    /// <summary>
    /// For agents, whose first request is as long as a short book. The likeliest answer of the demo model to that is an endless row of empty lines, and agents take one that was cut off by its
    /// length, or has nothing to see, for a failure: so it is made of letters by chance, and one of four ends it.
    /// </summary>
    public const string AgentModel = "agent-guide";

    private readonly LockkeeperProcess _process;
    private readonly HttpClient _http;

    private RouterUnderTest(LockkeeperProcess process)
    {
        _process = process;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = process.BaseAddress, Timeout = TimeSpan.FromMinutes(1) };
    }

    public Uri BaseAddress => _process.BaseAddress;

    /// <summary>What it has said, for the message of an assertion.</summary>
    public string Said => _process.Said;

    public static async Task<RouterUnderTest> StartAsync() => new(await LockkeeperProcess.StartAsync(Configuration()));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>Loads a model and waits for it; what was in its pool before is gone then.</summary>
    public async Task LoadAsync(string model)
    {
        using var answer = await _http.PostAsync(new Uri($"/admin/models/{model}/load", UriKind.Relative), content: null);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"{model} could not be loaded: {await answer.Content.ReadAsStringAsync()}\n{Said}");
        }
    }

    /// <summary>The requests for models that arrive during <paramref name="work"/>, in their order, once all have ended: a client has its last byte before the router is done.</summary>
    public async Task<IReadOnlyList<JsonElement>> WatchAsync(Func<Task> work)
    {
        var latest = (await JournalAsync(1)).Select(IdOf).FirstOrDefault("");
        await work();
        IReadOnlyList<JsonElement> entries = [];
        await Eventually.True(
            async () =>
            {
                entries = [.. (await JournalAsync(50)).Where(entry => string.CompareOrdinal(IdOf(entry), latest) > 0 && entry.GetProperty("model").ValueKind == JsonValueKind.String).Reverse()];
                return entries.All(entry => entry.GetProperty("state").GetString() == "ended");
            },
            "all requests have ended");
        return entries;

        static string IdOf(JsonElement entry) => entry.GetProperty("id").GetString()!;
    }

    private async Task<IReadOnlyList<JsonElement>> JournalAsync(int limit)
    {
        var text = await _http.GetStringAsync(new Uri($"/admin/requests?limit={limit}", UriKind.Relative));
        return [.. JsonElement.Parse(text).GetProperty("requests").EnumerateArray()];
    }

    /// <remarks>Temperature 0 is the models' own default here: an SDK that has no such setting gets the same answer each time, too.</remarks>
    private static string Configuration() => $$"""
        scheduling: { keep_alive_interval: 200ms, keep_alive_json: true }
        pools:
          gpu: { policy: exclusive }
          side: { policy: exclusive }
        engines:
          builtin: { preset: builtin }
          late:
            preset: builtin
            command: [/bin/sh, -c, 'sleep 1; exec "$0" "$@"', "{{LockkeeperProcess.Executable}}", engine, --model, "{path}", --port, "{port}", --alias, "{id}"]
          ticking: { pool: side, command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}", --fault, chunks=20 delay=100] }
          running: { pool: side, command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}", --fault, chunks=200 delay=50] }
        models:
          {{Guide}}: { engine: builtin, path: "{{Repository.DemoGuide}}", defaults: { temperature: 0 } }
          {{Poet}}: { engine: builtin, path: "{{Path.Combine(Repository.Root, "models", "demo-poet.gguf")}}", defaults: { temperature: 0 } }
          late-guide: { engine: late, path: "{{Repository.DemoGuide}}", defaults: { temperature: 0 } }
          {{Embedder}}: { engine: builtin, pool: side, type: embedding, path: "{{Repository.DemoGuide}}" }
          {{AgentModel}}: { engine: builtin, path: "{{Repository.DemoGuide}}", context_length: 65536, clamp: { max_tokens: 64 }, set: { stop: [b, k, v, w] }, defaults: { temperature: 5, top_k: 0, top_p: 1, min_p: 0 } }
          ticker: { engine: ticking }
          marathon: { engine: running }
        """;
}
