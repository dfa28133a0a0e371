namespace Lockkeeper.Server.Diagnosis;

/// <summary>One thing that <c>doctor</c> looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Saw">What was seen.</param>
/// <param name="Fix">What to do about it; null when nothing needs to be done.</param>
internal sealed record Check(string Name, Verdict Verdict, string Saw, string? Fix = null);

/// <summary>How a thing is.</summary>
internal enum Verdict
{
    Ok,

    /// <summary>It works, and something is worth knowing.</summary>
    Warn,

    /// <summary>Something will not work.</summary>
    Fail,
}
