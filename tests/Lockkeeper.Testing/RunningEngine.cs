using System.Globalization;

namespace Lockkeeper.Testing;

/// <summary>An engine as the process table shows it.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Port">Where it listens, for a test that asks it behind the router's back.</param>
/// <param name="Model">The model it was started for.</param>
internal sealed record RunningEngine(int Pid, int Port, string Model)
{
    /// <summary>Null for a process that is no engine, or is gone.</summary>
    public static RunningEngine? Of(int pid)
    {
        var line = ProcessTable.CommandLine(pid);
        return After(line, "--port") is { } port && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new RunningEngine(pid, number, After(line, "--id") ?? After(line, "--alias") ?? "")
            : null;
    }

    private static string? After(IReadOnlyList<string> line, string flag)
    {
        for (var i = 0; i < line.Count - 1; i++)
        {
            if (line[i] == flag)
            {
                return line[i + 1];
            }
        }

        return null;
    }
}
