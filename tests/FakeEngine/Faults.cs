using System.Globalization;
using System.Text;

namespace FakeEngine;

/// <summary>What shall go wrong with one request, read from words such as <c>chunks=9 crash=3 kill</c>.</summary>
internal sealed class Faults
{
    private readonly string[] _words;

    private Faults(string words) => _words = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Those of the request, behind those of the command line: the request's own win.</summary>
    public static Faults Of(string always, ReadOnlySpan<byte> body)
    {
        var start = body.IndexOf("\"fake:"u8);
        if (start < 0)
        {
            return new Faults(always);
        }

        var words = body[(start + "\"fake:".Length)..];
        var end = words.IndexOf((byte)'"');
        return new Faults($"{Encoding.UTF8.GetString(end < 0 ? words : words[..end])} {always}");
    }

    public bool Has(string name) => Array.Exists(_words, word => word == name || word.StartsWith($"{name}=", StringComparison.Ordinal));

    public byte[] Bytes(string name)
    {
        var word = Array.Find(_words, word => word.StartsWith($"{name}=", StringComparison.Ordinal));
        return word is null ? [] : Convert.FromBase64String(word[(name.Length + 1)..]);
    }

    public int Number(string name, int otherwise)
    {
        var word = Array.Find(_words, word => word.StartsWith($"{name}=", StringComparison.Ordinal));
        return word is null ? otherwise : int.Parse(word.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }
}
