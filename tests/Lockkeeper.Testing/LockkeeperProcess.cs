using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Lockkeeper.Testing;

/// <summary>
/// The real executable, as a user starts it, in a folder of its own. Whatever it starts bears a mark in its environment,
/// so that a test can see every process of this run and no other, and fails if one outlives it.
/// </summary>
internal sealed class LockkeeperProcess : IAsyncDisposable
{
    private const string Promise = "Serving on ";
    private const string AnyPort = "http://127.0.0.1:0";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(15);

    private readonly ProcessMark _mark = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-test-");
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Uri> _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LockkeeperProcess(string? yaml, string listen, string? path, IReadOnlyDictionary<string, string>? variables)
    {
        List<string> arguments = ["serve", "--listen", listen];
        if (yaml is not null)
        {
            File.WriteAllText(ConfigFile, yaml);
            arguments.AddRange(["--config", ConfigFile]);
        }

        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Executable, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };

        // Nothing of the user's own: no configuration, no state.
        var environment = _process.StartInfo.Environment;
        environment[ProcessMark.Variable] = _mark.Value;
        environment["HOME"] = environment["XDG_CONFIG_HOME"] = environment["XDG_STATE_HOME"] = _folder.FullName;
        foreach (var name in (string[])["LOCKKEEPER_CONFIG", "LOCKKEEPER_MODELS", "MLX_MODEL_DIR", "HF_HOME"])
        {
            environment.Remove(name);
        }

        environment["PATH"] = path ?? Environment.GetEnvironmentVariable("PATH");
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        _process.OutputDataReceived += (_, line) => Hear(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(_errors, line.Data);
        _process.Exited += (_, _) => _serving.TrySetException(new InvalidOperationException("it has ended"));
    }

    /// <summary>Built beside the tests, in the same configuration.</summary>
    public static string Executable { get; } = Find();

    public int Pid { get; private set; }

    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1");

    public IReadOnlyList<string> Output => [.. _output];

    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Everything it has said, for the message of an assertion.</summary>
    public string Said => string.Join('\n', _output.Concat(_errors));

    /// <summary>Waits until it has said so: what it prints comes to the test some time after it was printed, and perhaps after an answer that was given later.</summary>
    /// <exception cref="InvalidOperationException">It does not; the message holds what it said.</exception>
    public async Task SaysAsync(string text)
    {
        try
        {
            await Eventually.True(() => Said.Contains(text, StringComparison.OrdinalIgnoreCase), "it says so");
        }
        catch (TimeoutException never)
        {
            throw new InvalidOperationException($"lockkeeper does not say '{text}', but\n{Said}", never);
        }
    }

    /// <summary>The engines of this run that are alive now. Each has been told its port, which tells them from helpers.</summary>
    public IReadOnlyList<RunningEngine> Engines => [.. _mark.Bearers().Where(pid => pid != Pid).Select(RunningEngine.Of).OfType<RunningEngine>()];

    public static Task<LockkeeperProcess> StartAsync(TestConfig config, string listen = AnyPort) => StartAsync(config.ToYaml(), listen);

    /// <param name="yaml">The configuration; null for none, which serves the demo models.</param>
    /// <param name="listen">Where it serves; a port of its own on loopback unless told.</param>
    /// <param name="path">Where it looks for programs; where the test does, unless told.</param>
    /// <param name="variables">Further variables of its environment.</param>
    /// <exception cref="InvalidOperationException">It does not serve; the message holds what it said.</exception>
    public static async Task<LockkeeperProcess> StartAsync(
        string? yaml = null, string listen = AnyPort, string? path = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var started = Launch(yaml, listen, path, variables);
        try
        {
            started.BaseAddress = await started._serving.Task.WaitAsync(StartPatience, TimeProvider.System);
            return started;
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            started.Kill();
            await started.DisposeAsync();
            throw new InvalidOperationException($"lockkeeper does not serve: {failure.Message}\n{started.Said}", failure);
        }
    }

    /// <summary>Starts it without waiting for anything, for a run that is expected to end by itself.</summary>
    public static LockkeeperProcess Launch(string? yaml, string listen, string? path = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var launched = new LockkeeperProcess(yaml, listen, path, variables);
        launched._process.Start();
        launched.Pid = launched._process.Id;
        launched._process.BeginOutputReadLine();
        launched._process.BeginErrorReadLine();
        return launched;
    }

    /// <summary>Its configuration, where it was started with one.</summary>
    public string ConfigFile => Path.Combine(_folder.FullName, "config.yaml");

    /// <summary>Puts another configuration in the place of its own, as editors do: at once, and as a new file.</summary>
    public void Rewrite(string yaml)
    {
        var draft = ConfigFile + ".new";
        File.WriteAllText(draft, yaml);
        File.Move(draft, ConfigFile, overwrite: true);
    }

    /// <summary>SIGHUP.</summary>
    public void HangUp() => Signal("HUP", Pid);

    /// <summary>SIGTERM, and no waiting.</summary>
    public void Terminate() => Signal("TERM", Pid);

    /// <summary>SIGKILL to the router alone; what becomes of its engines is its own affair.</summary>
    public void Kill() => Signal("KILL", Pid);

    /// <summary>SIGTERM, then the exit code.</summary>
    public Task<int> StopAsync()
    {
        Terminate();
        return ExitAsync();
    }

    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? ExitPatience, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"lockkeeper has not ended within {(within ?? ExitPatience).TotalSeconds} s:\n{Said}");
        }
    }

    /// <summary>No process of this run is left, engines and their workers included.</summary>
    public Task NothingLeftAsync(TimeSpan within) =>
        Eventually.True(() => _mark.Bearers().Count == 0, $"no process of this run is left; there are: {string.Join("; ", _mark.Bearers().Select(pid => string.Join(' ', ProcessTable.CommandLine(pid))))}", within);

    /// <exception cref="TimeoutException">It did not stop, or an engine has outlived it: the test fails even if its own assertions hold.</exception>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                await StopAsync();
            }

            await NothingLeftAsync(LastPatience);
        }
        finally
        {
            foreach (var pid in _mark.Bearers())
            {
                Signal("KILL", pid);
            }

            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }

    public static void Signal(string name, int pid)
    {
        using var kill = new Process { StartInfo = new ProcessStartInfo("kill", [$"-{name}", pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true } };
        kill.Start();
        kill.WaitForExit();
    }

    private void Hear(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        if (line.StartsWith(Promise, StringComparison.Ordinal))
        {
            // Every address is served on: that of loopback as well.
            _serving.TrySetResult(new Uri(line[Promise.Length..].Split(' ')[0].Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)));
        }
    }

    private static string Find()
    {
        // AppContext.BaseDirectory is artifacts/bin/<test project>/<configuration>/.
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var file = Path.Combine(own.Parent!.Parent!.FullName, "Lockkeeper", own.Name, OperatingSystem.IsWindows() ? "lockkeeper.exe" : "lockkeeper");
        return File.Exists(file) ? file : throw new FileNotFoundException("Build src/Lockkeeper first.", file);
    }
}
