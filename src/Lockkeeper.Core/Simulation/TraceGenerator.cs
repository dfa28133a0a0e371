using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>
/// Traces of one hour for one exclusive pool, one slot per model, exponential service times. <c>load</c> is the share of the hour the work itself takes, without a swap;
/// <c>swap</c> is the whole time from the order to stop one model until the next one answers, a fifth of it for stop and settle.
/// </summary>
internal static class TraceGenerator
{
    private const double FreeShare = 0.2;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>What there is, as written on the command line.</summary>
    public static ImmutableArray<string> Names { get; } = ["agents", "steady-rare", "batch-interactive"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="load">Above 0.</param>
    /// <param name="swap">Above 0.</param>
    /// <param name="seed">The same seed gives the same trace.</param>
    public static Trace Generate(string name, double load, TimeSpan swap, int seed)
    {
        var dice = new Dice((ulong)seed);
        var (models, requests) = name switch
        {
            "agents" => (3, Agents(load, dice)),
            "steady-rare" => (2, SteadyRare(load, dice)),
            "batch-interactive" => (3, BatchInteractive(load, dice)),
            _ => throw new ArgumentException($"'{name}' is no generator.", nameof(name)),
        };
        var free = TimeSpan.FromMilliseconds(Math.Round(swap.TotalMilliseconds * FreeShare));
        return new Trace(
            [.. Enumerable.Range(0, models).Select(index => new TraceModel(ModelOf(index)) { Load = swap - free, Free = free })],
            [.. requests.OrderBy(request => request.At)]);
    }

    /// <summary>Three models asked alike by whoever comes along.</summary>
    private static List<TraceRequest> Agents(double load, Dice dice) =>
        [.. Poisson(load / 4, dice).Select(at => Request(at, dice.Below(3), Priority.Medium, seconds: 4, dice))];

    /// <summary>A steady stream for A, and now and then somebody who wants B.</summary>
    private static List<TraceRequest> SteadyRare(double load, Dice dice) =>
    [
        .. Poisson(load / 3, dice).Select(at => Request(at, 0, Priority.Medium, seconds: 3, dice)),
        .. Poisson(1.0 / 300, dice).Select(at => Request(at, 1, Priority.Medium, seconds: 3, dice)),
    ];

    /// <summary>A heap of background work for A from the first moment on, and people who want B and C at once.</summary>
    private static List<TraceRequest> BatchInteractive(double load, Dice dice)
    {
        var batch = (int)Math.Round(load * 0.6 * Hour.TotalSeconds / 10);
        return
        [
            .. Enumerable.Range(0, batch).Select(_ => Request(TimeSpan.Zero, 0, Priority.Background, seconds: 10, dice)),
            .. Poisson(load * 0.4 / 4, dice).Select(at => Request(at, 1 + dice.Below(2), Priority.High, seconds: 4, dice)),
        ];
    }

    private static IEnumerable<TimeSpan> Poisson(double perSecond, Dice dice)
    {
        var mean = TimeSpan.FromSeconds(1 / perSecond);
        for (var at = dice.Exponential(mean); at < Hour; at += dice.Exponential(mean))
        {
            yield return at;
        }
    }

    private static TraceRequest Request(TimeSpan at, int model, Priority priority, double seconds, Dice dice) =>
        new(at, ModelOf(model), priority) { Service = dice.Exponential(TimeSpan.FromSeconds(seconds)) };

    private static ModelId ModelOf(int index) => new(((char)('A' + index)).ToString());
}
