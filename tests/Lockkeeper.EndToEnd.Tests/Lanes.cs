namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Names of the collections whose stories run beside those of the other classes.</summary>
internal static class Lanes
{
    /// <summary>Stories that mostly wait: for rules whose times are built in, for daemons that do not answer. What they leave of the processors is enough for the other lane.</summary>
    public const string Waiting = "stories that mostly wait";
}
