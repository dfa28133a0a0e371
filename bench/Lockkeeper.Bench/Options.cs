using System.Globalization;

namespace Lockkeeper.Bench;

/// <summary>What to measure, and how long. The defaults are those of the published figures.</summary>
internal sealed record Options
{
    public const string Help = """
        Lockkeeper.Bench: what the router costs, measured from outside against the real executable.

          dotnet run -c Release --project bench/Lockkeeper.Bench -- all [flags]

        Parts (all, or any of them)
          latency    1 KB in, 1 KB out at concurrency 1 and 16: straight to the engine, through a bare forwarder, through Lockkeeper
          stream     time to the first token, and whether every chunk arrives alone, in order and in time
          swap       two models in turn with engines that start at once: what a swap costs beside loading
          discover   200 model folders looked through, for the first time and again
          memory     resident memory when idle, and while requests pour in

        Flags
          --rounds N     rounds of each measurement, targets in turn within a round (default 5)
          --requests N   requests of one round at concurrency 1; four times as many at 16 (default 4000)
          --swaps N      swaps to measure (default 20)
          --one-core     everything on one core, for figures that compare across machines (Linux, needs taskset)
          --json FILE    the figures as JSON too
        """;

    private static readonly string[] AllParts = ["latency", "stream", "swap", "discover", "memory"];

    public IReadOnlyList<string> Parts { get; private init; } = [];

    public int Rounds { get; private init; } = 5;

    public int Requests { get; private init; } = 4000;

    public int Swaps { get; private init; } = 20;

    public bool OneCore { get; private init; }

    public string? JsonFile { get; private init; }

    /// <summary>Null when the arguments make no sense.</summary>
    public static Options? Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : 0;
            switch (args[i])
            {
                case "all": options = options with { Parts = AllParts }; break;
                case var part when AllParts.Contains(part): options = options with { Parts = [.. options.Parts, part] }; break;
                case "--rounds" when number > 0: options = options with { Rounds = number }; i++; break;
                case "--requests" when number > 0: options = options with { Requests = number }; i++; break;
                case "--swaps" when number > 0: options = options with { Swaps = number }; i++; break;
                case "--json" when value.Length > 0: options = options with { JsonFile = value }; i++; break;
                case "--one-core": options = options with { OneCore = true }; break;
                default: return null;
            }
        }

        return options.Parts.Count > 0 ? options : null;
    }
}
