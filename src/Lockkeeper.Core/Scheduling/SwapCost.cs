namespace Lockkeeper.Core.Scheduling;

/// <summary>What making a model resident costs: freeing what is there and loading it. Measured times; where there are none yet, those of its neighbours, else a guess.</summary>
internal static class SwapCost
{
    private static readonly TimeSpan GuessedLoad = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GuessedFree = TimeSpan.FromSeconds(1);

    public static TimeSpan Of(ScheduledModel model) =>
        (model.Figures.Load ?? MeanOf(model, figures => figures.Load) ?? GuessedLoad) + (model.Figures.Free ?? MeanOf(model, figures => figures.Free) ?? GuessedFree);

    private static TimeSpan? MeanOf(ScheduledModel model, Func<ModelFigures, TimeSpan?> figure)
    {
        var known = model.Pool.Models.Select(neighbour => figure(neighbour.Figures)).OfType<TimeSpan>().ToList();
        return known.Count == 0 ? null : new TimeSpan((long)known.Average(time => time.Ticks));
    }
}
