using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>A program that reads what a stranger has sent, run to its end: without a shell, without our environment, and with bounds on its time, memory and output.</summary>
/// <param name="ExitCode">0 when all went well.</param>
/// <param name="Output">What it has written; null when that was more than it may.</param>
/// <param name="Complaint">The last line it has written to its error stream; empty for none.</param>
internal sealed record ToolRun(int ExitCode, byte[]? Output, string Complaint)
{
    /// <summary>Address space, not memory in use. A page of poppler's needs a tenth of it.</summary>
    private const long MostMemory = 2L * 1024 * 1024 * 1024;

    private const int LongestComplaint = 200;

    /// <summary>What a program cannot do without. The rest of our environment may hold keys, and is not for a reader of foreign files.</summary>
    private static readonly string[] Passed = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot"];

    /// <param name="program">Its full path.</param>
    /// <param name="limiter">Full path of <c>prlimit</c>; null where there is none.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="mostOutput">Bytes it may write; with one more it is killed.</param>
    /// <param name="mostTime">Processor time it may use, where there is a limiter.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="OperationCanceledException">It was killed.</exception>
    public static async Task<ToolRun> RunAsync(string program, string? limiter, IEnumerable<string> arguments, long mostOutput, TimeSpan mostTime, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartOf(program, limiter, arguments, mostTime) };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            return new ToolRun(-1, [], failure.Message);
        }

        try
        {
            process.StandardInput.Close();
            var complaint = LastLineAsync(process.StandardError.BaseStream, cancellation);
            var output = await BoundedRead.ToEndAsync(process.StandardOutput.BaseStream, mostOutput, cancellation);
            if (output is null)
            {
                process.Kill(entireProcessTree: true);
            }

            var said = await complaint;
            await process.WaitForExitAsync(cancellation);
            return new ToolRun(process.ExitCode, output, said);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None); // its files are deleted next
            }
        }
    }

    private static ProcessStartInfo StartOf(string program, string? limiter, IEnumerable<string> arguments, TimeSpan mostTime)
    {
        var start = new ProcessStartInfo(limiter ?? program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true };
        string[] limits = limiter is null ? []
            : [string.Create(CultureInfo.InvariantCulture, $"--as={MostMemory}"), string.Create(CultureInfo.InvariantCulture, $"--cpu={Math.Ceiling(mostTime.TotalSeconds)}"), "--core=0", "--", program];
        foreach (var word in limits.Concat(arguments))
        {
            start.ArgumentList.Add(word);
        }

        foreach (var name in start.Environment.Keys.Except(Passed, StringComparer.OrdinalIgnoreCase).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Reads everything, as a full pipe would stop the program, and keeps only the end.</summary>
    private static async Task<string> LastLineAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var kept = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(kept), cancellation)) > 0)
        {
            kept += read;
            if (kept > buffer.Length / 2)
            {
                buffer.AsSpan(kept - (buffer.Length / 2), buffer.Length / 2).CopyTo(buffer);
                kept = buffer.Length / 2;
            }
        }

        var last = Encoding.UTF8.GetString(buffer, 0, kept).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        var plain = string.Concat(last.Where(letter => !char.IsControl(letter)));
        return plain[..Math.Min(plain.Length, LongestComplaint)];
    }
}
