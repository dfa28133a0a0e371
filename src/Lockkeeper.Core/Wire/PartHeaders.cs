using System.Text;

namespace Lockkeeper.Core.Wire;

/// <summary>The headers of one part of a form.</summary>
internal static class PartHeaders
{
    private const string Disposition = "Content-Disposition";

    /// <summary>The name of the field that the part is.</summary>
    /// <param name="block">All headers, with the empty line behind them.</param>
    /// <returns>Empty for a part without one, which is no field.</returns>
    public static Checked<string> NameOf(ReadOnlySpan<byte> block)
    {
        string? name = null;
        var seen = false;
        foreach (var line in Encoding.Latin1.GetString(block).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is ' ' or '\t')
            {
                return new RouterError.FormInvalid("a header of a part goes on in a second line.");
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                return new RouterError.FormInvalid("a header of a part has no colon.");
            }

            if (!line.AsSpan(0, colon).Trim().Equals(Disposition, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (seen)
            {
                return new RouterError.FormInvalid($"a part has two headers {Disposition}.");
            }

            seen = true;
            if (Name(line.AsSpan(colon + 1), ref name) is { } refused)
            {
                return refused;
            }
        }

        return name ?? "";
    }

    private static RouterError.FormInvalid? Name(ReadOnlySpan<char> disposition, ref string? name)
    {
        var semicolon = disposition.IndexOf(';');
        var parameters = new HeaderParameters(semicolon < 0 ? [] : disposition[semicolon..]);
        while (parameters.TryNext(out var parameter, out var value))
        {
            var isName = parameter.Equals("name", StringComparison.OrdinalIgnoreCase);
            if (parameter.Equals("name*", StringComparison.OrdinalIgnoreCase) || (isName && name is not null))
            {
                return new RouterError.FormInvalid("a part is named twice, or by name*, which not all engines read alike.");
            }

            name = isName ? value : name;
        }

        return null;
    }
}
