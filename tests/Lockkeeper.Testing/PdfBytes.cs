using System.Globalization;
using System.Text;

namespace Lockkeeper.Testing;

/// <summary>Small PDFs. They have no table of places; every reader finds its way without.</summary>
internal static class PdfBytes
{
    /// <summary>One page for each size in points, with a black square in the corner.</summary>
    public static byte[] OfPages(params (double Width, double Height)[] pages) => Write(
        pages,
        "4 0 obj<</Length 15>>stream\n0 0 50 50 re f \nendstream endobj\n");

    /// <summary>A page that draws itself ten times in each of many levels: a few hundred bytes that take a year to draw.</summary>
    public static byte[] Endless()
    {
        var forms = new StringBuilder("4 0 obj<</Length 10>>stream\n/F13 Do   \nendstream endobj\n");
        for (var level = 0; level <= 13; level++)
        {
            var draws = level == 0 ? "0 0 50 50 re f" : string.Concat(Enumerable.Repeat(Text($"/F{level - 1} Do "), 10));
            forms.Append(Text($"{level + 10} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</F{level - 1} {level + 9} 0 R>>>>/Length {draws.Length}>>stream\n{draws}\nendstream endobj\n"));
        }

        return Write([(100, 100)], forms.ToString());
    }

    private static byte[] Write((double Width, double Height)[] pages, string objects)
    {
        var kids = string.Join(' ', pages.Select((_, i) => Text($"{i + 100} 0 R")));
        var written = pages.Select((page, i) =>
            Text($"{i + 100} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {page.Width} {page.Height}]/Contents 4 0 R/Resources<</XObject<</F13 23 0 R>>>>>>endobj\n"));
        return Encoding.ASCII.GetBytes(
            Text($"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[{kids}]/Count {pages.Length}>>endobj\n") + string.Concat(written) + objects + "trailer<</Root 1 0 R>>\n%%EOF\n");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
