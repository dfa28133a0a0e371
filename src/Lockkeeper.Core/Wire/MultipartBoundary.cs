using System.Text;

namespace Lockkeeper.Core.Wire;

/// <summary>The boundary of a form, as its <c>Content-Type</c> names it.</summary>
internal static class MultipartBoundary
{
    private const string Type = "multipart/form-data";
    private const int Longest = 200; // RFC 2046 allows 70

    /// <summary>What stands before each part: a line end, two dashes and the boundary.</summary>
    public static Checked<byte[]> DelimiterOf(string? contentType)
    {
        if (!TrySplit(contentType, out var behind))
        {
            return new RouterError.FormInvalid($"its Content-Type must be {Type}; boundary=…, and is {(string.IsNullOrEmpty(contentType) ? "missing" : $"'{contentType}'")}.");
        }

        var parameters = new HeaderParameters(behind);
        string? boundary = null;
        while (parameters.TryNext(out var name, out var value))
        {
            if (!name.Equals("boundary", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (boundary is not null)
            {
                return new RouterError.FormInvalid("its Content-Type names two boundaries.");
            }

            boundary = value;
        }

        return string.IsNullOrEmpty(boundary) ? new RouterError.FormInvalid("its Content-Type names no boundary.")
            : boundary.Length > Longest || boundary.Any(letter => letter is < ' ' or > '~') ? new RouterError.FormInvalid($"its boundary is longer than {Longest} characters, or has others than those of ASCII.")
            : Encoding.ASCII.GetBytes($"\r\n--{boundary}");
    }

    private static bool TrySplit(string? contentType, out ReadOnlySpan<char> parameters)
    {
        var text = contentType.AsSpan().Trim();
        var isForm = text.StartsWith(Type, StringComparison.OrdinalIgnoreCase);
        parameters = isForm ? text[Type.Length..] : default;
        return isForm && (parameters.IsEmpty || parameters[0] is ';' or ' ' or '\t');
    }
}
