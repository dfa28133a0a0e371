using System.Diagnostics;
using Lockkeeper.Testing;

namespace Lockkeeper.Clients.Tests;

/// <summary>A program that is run to its end, or killed with all it has started when it takes too long.</summary>
internal sealed record ChildProcess(int ExitCode, string Output, string Errors)
{
    /// <summary>Everything it has said, for the message of an assertion.</summary>
    public string Said => $"exit code {ExitCode}\n{Output}\n{Errors}";

    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Its arguments; no shell is involved.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="variables">Its environment besides that of the tests, or instead of it where <paramref name="bare"/>.</param>
    /// <param name="within">How long it may take.</param>
    /// <param name="bare">Whether it gets nothing of the environment of the tests.</param>
    /// <exception cref="TimeoutException">It has not ended in time; the message holds what it said.</exception>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    public static async Task<ChildProcess> RunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> variables, TimeSpan within, bool bare = false)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        var mark = new ProcessMark();
        var environment = process.StartInfo.Environment;
        if (bare)
        {
            environment.Clear();
        }

        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        environment[ProcessMark.Variable] = mark.Value;
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new FileNotFoundException($"{program} could not be started: {failure.Message}", program, failure);
        }

        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(within, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new ChildProcess(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            KillAll(mark);
            throw new TimeoutException($"{program} has not ended within {within.TotalSeconds} s:\n{await output}\n{await errors}");
        }
        finally
        {
            KillAll(mark);
        }
    }

    private static void KillAll(ProcessMark mark)
    {
        foreach (var pid in mark.Bearers())
        {
            LockkeeperProcess.Signal("KILL", pid);
        }
    }
}
