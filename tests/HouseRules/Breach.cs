using Shouldly;

namespace HouseRules;

/// <summary>One place where a rule is broken.</summary>
internal sealed record Breach(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";
}

internal static class Breaches
{
    extension(IEnumerable<Breach> breaches)
    {
        /// <summary>Fails with every breach on a line of its own, in the form editors can jump to.</summary>
        public void ShouldBeNone()
        {
            var all = breaches.ToList();
            all.ShouldBeEmpty(string.Join('\n', all.Select(breach => breach.ToString()).Prepend($"{all.Count} breach(es):")));
        }
    }
}
