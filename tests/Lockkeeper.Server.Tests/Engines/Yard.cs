using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Memory;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lockkeeper.Server.Tests.Engines;

/// <summary>Real instances of the fake engine, and a witness of their events. Disposing it stops them all.</summary>
internal sealed class Yard : IAsyncDisposable
{
    private readonly ConcurrentQueue<SettleOutcome> _settled = new();
    private long _runs;

    public Yard(IMemoryReader? memory = null, MemoryWatch? watch = null) =>
        Instances = new Instances(Witness, memory ?? new UnknownMemoryReader(), _ => TimeSpan.FromSeconds(5), TimeProvider.System, NullLoggerFactory.Instance, watch) { Settled = _settled.Enqueue };

    /// <summary>When its engines are doubted.</summary>
    public LivenessRules Liveness
    {
        init => Instances.Liveness = value;
    }

    public Witness Witness { get; } = new();

    public Instances Instances { get; }

    /// <summary>How the waits for memory ended, in the order of their ends.</summary>
    public IReadOnlyList<SettleOutcome> Settled => [.. _settled];

    public static ModelSpec Model(params string[] flags) => Of(FakeEngine.Executable, [.. flags, "--port", "{port}", "--id", "{id}"]);

    public static ModelSpec Of(string program, params string[] arguments) => new()
    {
        Id = new ModelId("fake"),
        Values = ImmutableDictionary<string, string>.Empty.Add("id", "fake"),
        Engine = new EngineSpec
        {
            Name = "fake",
            Command = [program, .. arguments],
            StartTimeout = TimeSpan.FromSeconds(20),
            StopTimeout = TimeSpan.FromSeconds(10),
        },
    };

    public static ModelSpec With(ModelSpec model, Func<EngineSpec, EngineSpec> change) => model with { Engine = change(model.Engine) };

    /// <summary>With values for placeholders, as a configuration would give them.</summary>
    public static ModelSpec Told(ModelSpec model, params (string Name, string Value)[] values) =>
        model with { Values = model.Values.SetItems(values.Select(value => KeyValuePair.Create(value.Name, value.Value))) };

    public static ModelSpec WithVariables(ModelSpec model, params (string Name, string? Value)[] variables) =>
        With(model, engine => engine with { Environment = variables.ToImmutableDictionary(variable => variable.Name, variable => variable.Value) });

    public InstanceId Start(ModelSpec model)
    {
        var instance = new InstanceId(model.Id, Interlocked.Increment(ref _runs));
        Instances.Start(instance, model);
        return instance;
    }

    /// <summary>Starts one and waits until it is ready.</summary>
    public async Task<InstanceId> Ready(ModelSpec model)
    {
        var instance = Start(model);
        await Eventually.True(() => Instances.UpstreamOf(instance) is not null || Witness.Events.Any(e => e is SchedulerEvent.StartFailed), "ready or failed");
        await Witness.Saw<SchedulerEvent.InstanceReady>();
        return instance;
    }

    public async Task Gone(InstanceId instance)
    {
        Instances.Stop(instance, StopReason.Swap);
        await Witness.Saw<SchedulerEvent.MemorySettled>(TimeSpan.FromSeconds(20));
    }

    public RunSnapshot Snapshot(InstanceId instance) => Instances.Snapshot().Single(snapshot => snapshot.Instance == instance);

    public async Task<int> Pid(InstanceId instance)
    {
        await Eventually.True(() => Snapshot(instance).Pid is not null, "a pid");
        return Snapshot(instance).Pid!.Value;
    }

    public async Task<JsonElement> Get(InstanceId instance, string path)
    {
        var upstream = Instances.UpstreamOf(instance)!;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream.BaseAddress, path));
        using var response = await upstream.Invoker.SendAsync(request, CancellationToken.None);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    public ValueTask DisposeAsync() => Instances.DisposeAsync();
}
