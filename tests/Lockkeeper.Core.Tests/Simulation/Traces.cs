using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;

namespace Lockkeeper.Core.Tests.Simulation;

/// <summary>Short traces for tests: models of one letter, times in seconds.</summary>
internal static class Traces
{
    public static TraceModel Model(string id, double load = 8, double free = 2) => new(new ModelId(id)) { Load = TimeSpan.FromSeconds(load), Free = TimeSpan.FromSeconds(free) };

    public static TraceRequest Request(double at, string model, double service = 1, Priority priority = Priority.Medium) =>
        new(TimeSpan.FromSeconds(at), new ModelId(model), priority) { Service = TimeSpan.FromSeconds(service) };

    public static Trace Of(IEnumerable<TraceModel> models, IEnumerable<TraceRequest> requests) => new([.. models], [.. requests.OrderBy(request => request.At)]);

    /// <summary>Eight requests each for A and B at once and in turn, while A is resident.</summary>
    public static Trace Alternating(double service = 1) =>
        Of([Model("A") with { Resident = true }, Model("B")], Enumerable.Range(0, 16).Select(index => Request(0, index % 2 == 0 ? "A" : "B", service)));

    /// <summary>Overlapping requests for A, which is resident, for so many seconds, and one for B in between.</summary>
    public static Trace SteadyStream(double seconds, double rareAt) =>
        Of([Model("A") with { Resident = true }, Model("B")], [.. Enumerable.Range(0, (int)seconds).Select(second => Request(second, "A", 1.5)), Request(rareAt, "B")]);

    public static ImmutableArray<double> Waits(this SimulationResult result, string model) =>
        [.. result.Requests.Where(request => request.Asked.Model.Value == model).Select(request => request.Wait?.TotalSeconds ?? double.PositiveInfinity)];
}
