using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lockkeeper.Testing;

namespace Lockkeeper.EndToEnd.Tests.Cli;

/// <summary>One run of the real executable as a child process, with a home folder of its own so that no configuration of the machine is found.</summary>
internal sealed class LockkeeperRun : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-cli-");
    private readonly List<string> _errors = [];
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    /// <summary>Where it runs; also its home folder.</summary>
    public string Folder => _folder.FullName;

    public int Pid => _process!.Id;

    public Dictionary<string, string> Variables { get; } = [];

    public static string DemoGuide { get; } = Path.Combine(Path.GetDirectoryName(LockkeeperProcess.Executable)!, "models", "demo-guide.gguf");

    /// <summary>True in what a script has started in the background: SIGINT is ignored there, children inherit that, and no program may undo it.</summary>
    public static bool IgnoresInterrupt { get; } = Ignores(2);

    /// <summary>The same for SIGHUP, as under nohup.</summary>
    public static bool IgnoresHangup { get; } = Ignores(1);

    private static bool Ignores(int signal) => OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
        && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (signal - 1))) != 0;

    /// <inheritdoc cref="Daemon.FreePort"/>
    public static int FreePort() => Daemon.FreePort();

    public string Write(string name, string text)
    {
        var file = new FileInfo(Path.Combine(Folder, name));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
        return file.FullName;
    }

    /// <summary>What it reads from stdin; null to leave that as it is.</summary>
    public string? Input { get; set; }

    public LockkeeperRun Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(LockkeeperProcess.Executable, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = Input is not null,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Folder;
        start.Environment.Remove("XDG_CONFIG_HOME");
        start.Environment.Remove("LOCKKEEPER_CONFIG");
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Collect(line.Data, text => _output.Append(text).Append('\n'), _outputEnded);
        _process.ErrorDataReceived += (_, line) => Collect(line.Data, _errors.Add, _errorsEnded);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (Input is not null)
        {
            _process.StandardInput.Write(Input);
            _process.StandardInput.Close();
        }

        return this;
    }

    /// <summary>Waits for the end of the process and of its output.</summary>
    public async Task<(int ExitCode, string Output, string[] Errors)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process!.WaitForExitAsync(deadline.Token);
        await Task.WhenAll(_outputEnded.Task, _errorsEnded.Task).WaitAsync(deadline.Token);
        return (_process.ExitCode, _output.ToString(), Errors());
    }

    /// <summary>Asks until the answer is yes; fails when the process ends first or time is up.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> asked)
    {
        var met = false;
        await Eventually.True(async () => (met = await asked()) || _process!.HasExited, what, Deadline);
        if (!met)
        {
            throw new InvalidOperationException($"It ended before this: {what}. Stderr: {string.Join('\n', Errors())}");
        }
    }

    /// <summary>Asks until that address is answered well.</summary>
    public Task AnswersAsync(string url) => UntilAsync($"{url} is answered", async () =>
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(url));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    public void Signal(string name) => LockkeeperProcess.Signal(name, Pid);

    public string[] Errors()
    {
        lock (_errors)
        {
            return [.. _errors];
        }
    }

    /// <summary>What it has written to stdout so far.</summary>
    public string Printed()
    {
        lock (_errors)
        {
            return _output.ToString();
        }
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(Deadline); // or it may still write into the folder that is to go
        }

        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Collect(string? line, Action<string> add, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }

        lock (_errors)
        {
            add(line);
        }
    }
}
