namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Names of the collections whose stories run beside those of the other classes. What they leave of the processors is enough for the other lanes.</summary>
internal static class Lanes
{
    /// <summary>Stories that mostly wait for others: daemons that do not answer, engines that take their time, routers that come and go.</summary>
    public const string Waiting = "stories that mostly wait for others";

    /// <summary>Stories that mostly wait for what Lockkeeper finds out by itself, by rules whose times are built in: who is dead, what has changed, what is there.</summary>
    public const string Watching = "stories that mostly wait for what Lockkeeper finds out";
}
