using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipes;
using System.Text;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Systemd;

/// <summary>Calls <c>systemctl</c>, each time with a limit of its own, as it asks another process which may not answer. The only way in which anything is done to a unit.</summary>
internal sealed class Systemctl(UnitScope scope, EngineRoom room)
{
    private const string Program = "systemctl";
    private const string RuntimeFolder = "XDG_RUNTIME_DIR";
    private const int LongestAnswer = 64 * 1024;

    /// <summary>How long what it has printed is read after its end: something it started may keep the pipe open.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(200);

    /// <summary>Why it cannot be called; null when it can.</summary>
    public static string? WhyNot() => TryFind(out _, out var problem) ? null : $"{problem}; an engine with lifecycle: systemd is started and stopped with it";

    /// <summary>Runs it to its end. Does not throw for anything it does, nor when it is not there.</summary>
    /// <param name="words">What to do, and to what.</param>
    /// <param name="patience">After it the call is given up; what systemd was told to do it does nonetheless.</param>
    /// <param name="cancellationToken">Gives the call up at once, by an exception.</param>
    public async Task<SystemctlReply> CallAsync(string[] words, TimeSpan patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string[] arguments = [.. scope == UnitScope.User ? (ReadOnlySpan<string>)["--user"] : [], "--no-pager", "--no-ask-password", .. words];
        var asked = string.Join(' ', [Program, .. scope == UnitScope.User ? (ReadOnlySpan<string>)["--user"] : [], .. words.Where(word => word != "--")]);
        if (!TryFind(out var program, out var problem))
        {
            return new SystemctlReply(asked, null, problem);
        }

        await using var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        ChildProcess child;
        try
        {
            child = ChildProcess.Spawn(program, arguments, Environment(), new ChildProcess.Descriptors(null, output.ClientSafePipeHandle, null));
        }
        catch (Exception e) when (e is Win32Exception or PlatformNotSupportedException)
        {
            return new SystemctlReply(asked, null, e.Message);
        }

        output.DisposeLocalCopyOfClientHandle();
        room.Reaper.Guard(child.Pid); // a call that hangs must not outlive us either
        var heard = new StringBuilder();
        var reading = Task.Factory.StartNew(() => Read(output, heard), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var isOver = await EndedAsync(child, patience, cancellationToken);
        var exit = await child.Exited;
        await Task.WhenAny(reading, Task.Delay(LastWords, room.Time, CancellationToken.None));
        room.Reaper.Forget(child.Pid);
        child.Reap();
        cancellationToken.ThrowIfCancellationRequested();
        string text;
        lock (heard)
        {
            text = heard.ToString();
        }

        return isOver ? new SystemctlReply(asked, exit.Code, text)
            : new SystemctlReply(asked, null, string.Create(CultureInfo.InvariantCulture, $"given up after {patience.TotalSeconds:0.###} s. {text}"));
    }

    /// <summary>True when it ended by itself. Else it is ended here: it is a child of ours, and no part of the unit.</summary>
    private async Task<bool> EndedAsync(ChildProcess child, TimeSpan patience, CancellationToken cancellationToken)
    {
        await Task.WhenAny(child.Exited, Task.Delay(patience, room.Time, cancellationToken));
        if (child.Exited.IsCompleted)
        {
            return true;
        }

        child.SignalGroup(Posix.SigKill);
        return false;
    }

    private static void Read(AnonymousPipeServerStream output, StringBuilder heard)
    {
        try
        {
            Span<byte> buffer = stackalloc byte[4096];
            for (int read; (read = output.Read(buffer)) > 0;)
            {
                lock (heard)
                {
                    if (heard.Length < LongestAnswer)
                    {
                        heard.Append(Encoding.UTF8.GetString(buffer[..read]));
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    /// <summary>Where no session has said it, as in a cron job or a container, the user's systemd is looked for where it always is.</summary>
    private static Dictionary<string, string> Environment()
    {
        var environment = EnvironmentVariables.Own();
        environment.TryAdd(RuntimeFolder, string.Create(CultureInfo.InvariantCulture, $"/run/user/{Posix.UserId()}"));
        environment["SYSTEMD_COLORS"] = "0";
        return environment;
    }

    private static bool TryFind([NotNullWhen(true)] out string? program, [NotNullWhen(false)] out string? problem) =>
        EngineCommand.TryFind(Program, "/", System.Environment.GetEnvironmentVariable("PATH") ?? "", out program, out problem);
}
