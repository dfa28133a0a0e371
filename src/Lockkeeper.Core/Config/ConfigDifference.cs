namespace Lockkeeper.Core.Config;

/// <summary>One key that two configurations do not agree on.</summary>
/// <param name="Key">As in messages: <c>models.big.priority</c>; a map's entry or a whole list where that is what came, went or changed.</param>
/// <param name="Kind">What became of it.</param>
internal sealed record ConfigDifference(ConfigKey Key, DifferenceKind Kind)
{
    public override string ToString() => $"{Key} ({Kind switch { DifferenceKind.Added => "added", DifferenceKind.Removed => "removed", _ => "changed" }})";
}

/// <summary>What became of a key.</summary>
internal enum DifferenceKind
{
    Added,
    Removed,
    Changed,
}
