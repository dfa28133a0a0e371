using System.Diagnostics;

namespace Lockkeeper.Testing;

/// <summary>A shell script that is run as a program. No process of the test's own has it open for writing: whatever another thread starts at that moment would hold it open too, and it could not be run.</summary>
internal static class Script
{
    /// <param name="path">Where it is to be.</param>
    /// <param name="text">What it does, without the first line.</param>
    public static void Write(string path, string text)
    {
        using var shell = new Process { StartInfo = new ProcessStartInfo("/bin/sh", ["-c", "cat > \"$0\" && chmod 700 \"$0\"", path]) { RedirectStandardInput = true } };
        shell.Start();
        shell.StandardInput.Write($"#!/bin/sh\n{text}\n");
        shell.StandardInput.Close();
        shell.WaitForExit();
        if (shell.ExitCode != 0)
        {
            throw new IOException($"{path} cannot be written.");
        }
    }
}
