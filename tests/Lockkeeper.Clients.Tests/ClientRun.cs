using System.Collections.Concurrent;
using System.Text.Json;
using Lockkeeper.Clients.Tests.Agents;
using Lockkeeper.Clients.Tests.Sdks;
using Lockkeeper.Testing;
using Xunit;

namespace Lockkeeper.Clients.Tests;

/// <summary>
/// One run of all clients against one router. What a test asks for is run then, and once: the page of compatibility needs everything, whichever tests have been chosen.
/// </summary>
internal sealed class ClientRun : IAsyncLifetime
{
    private readonly Lazy<Task<RouterUnderTest>> _router = new(RouterUnderTest.StartAsync);
    private readonly ConcurrentDictionary<string, Lazy<Task<NodeSuite>>> _suites = [];
    private readonly ConcurrentDictionary<Cell, Lazy<Task>> _cells = [];
    private readonly string _recorded = Path.GetTempFileName();
    private readonly ConcurrentDictionary<IAgent, Lazy<Task<AgentTurn>>> _turns = [];
    private readonly Lazy<Task> _packages;
    private readonly Lazy<Task> _agents;

    public ClientRun() => (_packages, _agents) = (new Lazy<Task>(Packages.FetchAsync), new Lazy<Task>(Agents.FetchAsync));

    /// <summary>The suites for Node.js.</summary>
    public static IReadOnlyList<string> Suites { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "clients"), "*.test.mjs").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public NpmFolder Packages { get; } = new("tests/clients");

    public NpmFolder Agents { get; } = new("tests/clients/agents");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        File.Delete(_recorded);
        if (_router.IsValueCreated)
        {
            await (await _router.Value).DisposeAsync();
        }
    }

    public Task<RouterUnderTest> RouterAsync() => _router.Value;

    /// <summary>The outcome of a suite for Node.js.</summary>
    public Task<NodeSuite> SuiteAsync(string file) => _suites.GetOrAdd(file, name => new Lazy<Task<NodeSuite>>(async () =>
    {
        await _packages.Value;
        var router = await RouterAsync();
        return await NodeSuite.RunAsync(Packages, name, new Dictionary<string, string>
        {
            ["LOCKKEEPER_URL"] = router.BaseAddress.GetLeftPart(UriPartial.Authority),
            ["LOCKKEEPER_CELLS"] = _recorded,
            ["LANGSMITH_TRACING"] = "false",
        });
    })).Value;

    /// <summary>Holds a conversation by an SDK for .NET; it is recorded when it went well.</summary>
    public Task ConverseAsync(ISdk sdk, bool cold, bool stream, bool tools)
    {
        var cell = new Cell(sdk.Name, sdk.Dialect, cold, stream, tools);
        return _cells.GetOrAdd(cell, _ => new Lazy<Task>(async () =>
        {
            await Conversation.HoldAsync(await RouterAsync(), sdk, cell);
            await File.AppendAllTextAsync(_recorded, JsonSerializer.Serialize(cell) + "\n");
        })).Value;
    }

    /// <summary>Has an agent take its turn.</summary>
    public Task<AgentTurn> TurnAsync(IAgent agent) => _turns.GetOrAdd(agent, one => new Lazy<Task<AgentTurn>>(async () =>
    {
        await _agents.Value;
        var router = await RouterAsync();
        using var home = new AgentHome();
        ChildProcess? process = null;
        var requests = await router.WatchAsync(async () => process = await one.TakeTurnAsync(home, Agents, router.BaseAddress));
        return new AgentTurn(one, process!, requests);
    })).Value;

    /// <summary>Runs whatever has not been run yet, and returns what went well.</summary>
    public async Task<IReadOnlyList<Cell>> CellsAsync()
    {
        foreach (var suite in Suites)
        {
            await SuiteAsync(suite);
        }

        foreach (var (sdk, cold, stream, tools) in Conversation.All)
        {
            // One that fails is a failure of its own test; here it is a cell that is missing.
            await ConverseAsync(sdk, cold, stream, tools).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return [.. (await File.ReadAllLinesAsync(_recorded)).Select(line => JsonSerializer.Deserialize<Cell>(line)!).Distinct()];
    }
}
