using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Scheduling;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Lockkeeper.Server.Tests.Scheduling;

/// <summary>An admission with a scripted host and three models: A and B take one request at a time, C takes two.</summary>
internal sealed class AdmissionFixture : IDisposable
{
    public static readonly InstanceId A1 = new(new ModelId("A"), 1);

    public AdmissionFixture(int maxQueue = 200, TimeProvider? time = null, bool preempt = false)
    {
        var mailbox = new AdmissionMailbox();
        Host = new ScriptedInstanceHost(mailbox);
        Mailbox = mailbox;
        Admission = new Admission(ModelCatalog.Of([A, B, C]), Options(maxQueue, preempt), mailbox, Host, time ?? TimeProvider.System, Log);
    }

    /// <summary>Only these models are there from now on.</summary>
    public void Reconfigure(params ModelSpec[] models) => Admission.Reconfigure(ModelCatalog.Of(models), new SchedulerOptions
    {
        Pools = [new PoolOptions("gpu")],
        Models = [.. models.Select(model => new ModelOptions(model.Id, "gpu") { MaxConcurrency = model.MaxConcurrency, Recipe = new RunRecipe(model) })],
    });

    private static SchedulerOptions Options(int maxQueue, bool preempt) => new()
    {
        MaxQueue = maxQueue,
        Preempt = preempt,
        Pools = [new PoolOptions("gpu")],
        Models = [.. ((ModelSpec[])[A, B, C]).Select(model => new ModelOptions(model.Id, "gpu") { MaxConcurrency = model.MaxConcurrency, Recipe = new RunRecipe(model) })],
    };

    public static ModelSpec A { get; } = Model("A", 1);

    public static ModelSpec B { get; } = Model("B", 1);

    public static ModelSpec C { get; } = Model("C", 2);

    public AdmissionMailbox Mailbox { get; }

    public ScriptedInstanceHost Host { get; }

    public Admission Admission { get; }

    public CollectedLog Log { get; } = new();

    public static ModelSpec Model(string id, int maxConcurrency) => new()
    {
        Id = new ModelId(id),
        Engine = new EngineSpec { Name = "scripted", Command = ["none"] },
        MaxConcurrency = maxConcurrency,
    };

    /// <summary>A is up as run A#1, and idle.</summary>
    public async Task AIsResidentAsync()
    {
        var ticket = Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        Host.Ready(A1);
        await LeaseOf(ticket).DisposeAsync();
    }

    /// <summary>The lease of a ticket that must have been granted by now.</summary>
    public static Lease LeaseOf(AdmissionTicket ticket) => ticket.Outcome.IsCompletedSuccessfully
        ? ticket.Outcome.GetAwaiter().GetResult().ShouldBeOfType<AdmissionResult.Granted>().Lease
        : throw new ShouldAssertException($"not granted: {ticket.Outcome.Status}");

    public void Dispose()
    {
        Admission.Dispose();
        Host.Dispose();
        Host.Broken.ShouldBeEmpty();
    }
}

/// <summary>Keeps what was logged at Warning and above.</summary>
internal sealed class CollectedLog : ILogger<Admission>
{
    public List<(LogLevel Level, Exception? Exception)> Entries { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Entries.Add((logLevel, exception));
        }
    }
}
