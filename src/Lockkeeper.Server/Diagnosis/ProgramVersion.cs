using System.ComponentModel;
using System.Diagnostics;

namespace Lockkeeper.Server.Diagnosis;

/// <summary>What a program says to <c>--version</c>, if it says so soon.</summary>
internal static class ProgramVersion
{
    private const int Longest = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>The first line with a digit in it; null when there is none, or when it takes too long.</returns>
    public static async Task<string?> OfAsync(string program, CancellationToken stop)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Patience);
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }

        try
        {
            process.StandardInput.Close();
            var printed = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return string.Join('\n', printed).Split('\n').Select(line => string.Concat(line.Where(letter => !char.IsControl(letter))).Trim()).FirstOrDefault(line => line.Any(char.IsAsciiDigit)) is { } version
                ? version[..Math.Min(Longest, version.Length)] : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            stop.ThrowIfCancellationRequested();
            return null;
        }
    }
}
