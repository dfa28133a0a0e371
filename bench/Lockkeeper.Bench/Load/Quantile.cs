namespace Lockkeeper.Bench.Load;

/// <summary>Order statistics, nearest rank: a figure that was measured, not one between two.</summary>
internal static class Quantile
{
    public static T Median<T>(IEnumerable<T> values)
        where T : IComparable<T> => Of(values, 0.5);

    public static T Of<T>(IEnumerable<T> values, double share)
        where T : IComparable<T>
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }
}
