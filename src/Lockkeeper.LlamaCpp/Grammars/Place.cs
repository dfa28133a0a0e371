using System.Collections.Immutable;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>Where in a schema the conversion is.</summary>
/// <param name="Path">For messages; empty at the root.</param>
/// <param name="Depth">Schemas around this one.</param>
/// <param name="Open">References that led here without a character of the value in between: to follow one of them again would never end.</param>
internal sealed record Place(string Path, int Depth, ImmutableHashSet<string> Open)
{
    private const int MostDepth = 64;

    public static Place Root { get; } = new("", 0, []);

    /// <summary>A schema for a part of the value.</summary>
    public Place Inside(string keyword) => Deeper(this with { Path = SchemaKeywords.At(Path, keyword), Open = [] });

    /// <summary>Another schema for the same value.</summary>
    public Place Beside(string keyword) => Deeper(this with { Path = SchemaKeywords.At(Path, keyword) });

    public Place Through(string reference) => Open.Contains(reference)
        ? throw new SchemaException(SchemaKeywords.At(Path, "$ref"), $"leads back to '{reference}' and nowhere else.")
        : Deeper(new Place(reference.TrimStart('#', '/').Replace('/', '.'), Depth, Open.Add(reference)));

    private static Place Deeper(Place place) => place.Depth < MostDepth
        ? place with { Depth = place.Depth + 1 }
        : throw new SchemaException(place.Path, $"is nested deeper than {MostDepth} schemas.");
}
