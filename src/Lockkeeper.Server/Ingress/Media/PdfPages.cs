using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>Makes images of the pages of a PDF, with poppler's programs: <c>pdfinfo</c> counts and measures them, <c>pdftoppm</c> draws them one by one.</summary>
/// <param name="find">Where a program is; null for one that is not installed.</param>
/// <param name="time">Measures the patience.</param>
internal sealed partial class PdfPages(Func<string, string?> find, TimeProvider time) : IDisposable
{
    /// <summary>Pixels of the longer side of a page. No model looks closer, and a page may claim to be a kilometre long.</summary>
    private const int LongestSide = 4096;

    private const int MostFacts = 1024 * 1024;

    /// <summary>Drawing takes a whole core each time; more of them would only starve the engines.</summary>
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Those it needs.</summary>
    public static ImmutableArray<string> Programs { get; } = ["pdfinfo", "pdftoppm"];

    /// <summary>For all pages of one PDF, from the moment it has its turn.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>With the programs on this machine's path.</summary>
    public static PdfPages OfThisMachine(TimeProvider time) => new(OnPath, time);

    /// <summary>Where a program is; null for one that is not installed.</summary>
    internal static string? OnPath(string program) =>
        EngineCommand.TryFind(OperatingSystem.IsWindows() ? program + ".exe" : program, Path.GetTempPath(), Environment.GetEnvironmentVariable("PATH") ?? "", out var found, out _) ? found : null;

    public void Dispose() => _cores.Dispose();

    /// <param name="pdf">It.</param>
    /// <param name="place">Where the request has it.</param>
    /// <param name="bounds">How much may come of it.</param>
    /// <param name="cancellation">When the client has left: what runs is killed.</param>
    /// <returns>One PNG a page.</returns>
    public async Task<Checked<List<byte[]>>> DrawAsync(ReadOnlyMemory<byte> pdf, string place, Bounds bounds, CancellationToken cancellation)
    {
        foreach (var program in Programs)
        {
            if (find(program) is null)
            {
                return new RouterError.PdfUnsupported(place, program);
            }
        }

        await _cores.WaitAsync(cancellation);
        try
        {
            return await DrawInFolderAsync(pdf, place, bounds, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new RouterError.TemporaryFileFailed(failure.Message);
        }
        finally
        {
            _cores.Release();
        }
    }

    private async Task<Checked<List<byte[]>>> DrawInFolderAsync(ReadOnlyMemory<byte> pdf, string place, Bounds bounds, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        using var folder = PdfFolder.Create();
        try
        {
            await File.WriteAllBytesAsync(folder.File, pdf, either.Token);
            return (await MeasureAsync(folder.File, place, bounds, either.Token)).Holds(out var sides, out var refused) ? await DrawAsync(folder.File, sides, place, bounds, either.Token) : refused;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new RouterError.FieldInvalid(place, string.Create(CultureInfo.InvariantCulture, $"is a PDF whose pages could not be drawn within {Patience.TotalSeconds:0.###} s; send fewer, or simpler ones."));
        }
    }

    /// <returns>The longer side of each page, in points; 0 where it is not known.</returns>
    private async Task<Checked<double[]>> MeasureAsync(string file, string place, Bounds bounds, CancellationToken cancellation)
    {
        var run = await RunAsync("pdfinfo", ["-f", "1", "-l", Text(bounds.Pages), file], MostFacts, cancellation);
        var facts = run.Output is { } output ? Encoding.UTF8.GetString(output) : "";
        if (run.ExitCode != 0 || PageCount().Matches(facts).LastOrDefault() is not { } counted || !int.TryParse(counted.Groups["count"].Value, CultureInfo.InvariantCulture, out var count) || count < 1)
        {
            return new RouterError.FieldInvalid(place, run.Complaint.Contains("password", StringComparison.OrdinalIgnoreCase)
                ? "is a PDF that asks for a password; send it without one."
                : $"is a PDF that cannot be read{(run.Complaint.Length > 0 ? $" ({run.Complaint})" : "")}.");
        }

        if (count > bounds.Pages)
        {
            return new RouterError.MediaTooLarge(place, string.Create(CultureInfo.InvariantCulture, $"is a PDF of {count} pages, and there is room for {bounds.Pages}"), "max_pdf_pages");
        }

        var sides = new double[count];
        foreach (Match size in PageSize().Matches(facts))
        {
            if (int.TryParse(size.Groups["page"].Value, CultureInfo.InvariantCulture, out var page) && page >= 1 && page <= count
                && double.TryParse(size.Groups["width"].Value, CultureInfo.InvariantCulture, out var width) && double.TryParse(size.Groups["height"].Value, CultureInfo.InvariantCulture, out var height))
            {
                sides[page - 1] = Math.Max(width, height);
            }
        }

        return sides;
    }

    private async Task<Checked<List<byte[]>>> DrawAsync(string file, double[] sides, string place, Bounds bounds, CancellationToken cancellation)
    {
        var longest = Math.Min(LongestSide, (int)Math.Sqrt(bounds.Pixels));
        var left = bounds.Bytes;
        List<byte[]> pages = [];
        for (var page = 1; page <= sides.Length; page++)
        {
            // The crop box is what a reader of the PDF sees, and what pdfinfo has measured.
            var fits = sides[page - 1] is var side && side > 0 && side * bounds.Dpi / 72 <= longest;
            string[] arguments = ["-q", "-png", "-cropbox", "-f", Text(page), "-l", Text(page), .. fits ? (string[])["-r", Text(bounds.Dpi)] : ["-scale-to", Text(longest)], file];
            var run = await RunAsync("pdftoppm", arguments, left, cancellation);
            if (run.Output is not { } image)
            {
                return new RouterError.MediaTooLarge(place, string.Create(CultureInfo.InvariantCulture, $"is a PDF whose pages become images of more than {bounds.Bytes} bytes, which is what is left of what a request may hold"), "max_total_bytes");
            }

            if (run.ExitCode != 0 || MediaSignature.Of(image) != MediaFormat.Png)
            {
                return new RouterError.FieldInvalid(place, string.Create(CultureInfo.InvariantCulture, $"is a PDF whose page {page} cannot be drawn{(run.Complaint.Length > 0 ? $" ({run.Complaint})" : "")}."));
            }

            left -= image.Length;
            pages.Add(image);
        }

        return pages;
    }

    private Task<ToolRun> RunAsync(string program, string[] arguments, long mostOutput, CancellationToken cancellation) =>
        ToolRun.RunAsync(find(program) ?? program, OperatingSystem.IsLinux() ? find("prlimit") : null, arguments, mostOutput, Patience, cancellation);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The last one counts: the titles and names that a PDF gives itself are printed before.</summary>
    [GeneratedRegex(@"^Pages:\s+(?<count>\d+)\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex PageCount();

    [GeneratedRegex(@"^Page\s+(?<page>\d+)\s+size:\s+(?<width>[\d.e+]+)\s+x\s+(?<height>[\d.e+]+)\s+pts", RegexOptions.Multiline | RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex PageSize();

    /// <summary>How much may come of a PDF.</summary>
    /// <param name="Pages">It may have.</param>
    /// <param name="Dpi">Dots per inch.</param>
    /// <param name="Bytes">Its images may have, together.</param>
    /// <param name="Pixels">Each of them may have.</param>
    internal readonly record struct Bounds(int Pages, int Dpi, long Bytes, int Pixels);
}
