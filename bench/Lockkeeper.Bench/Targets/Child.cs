using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Lockkeeper.Bench.Targets;

/// <summary>A server started for the run. It says <c>Serving on URL</c> when it does; it ends with the run.</summary>
internal sealed class Child : IDisposable
{
    private const string Promise = "Serving on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Child(string program, IEnumerable<string> arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.Exited += (_, _) => _serving.TrySetException(new InvalidOperationException($"{program} has ended."));
    }

    public int Pid => _process.Id;

    /// <summary>Processor time it has taken since its start, in the kernel too.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>MiB of resident memory now.</summary>
    public double ResidentMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024.0);
        }
    }

    public static async Task<(Child Child, Uri Address)> StartAsync(string program, params IEnumerable<string> arguments)
    {
        var child = new Child(program, arguments);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        try
        {
            return (child, await child._serving.Task.WaitAsync(Patience));
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            child.Dispose();
            throw new InvalidOperationException($"{program} does not serve: {failure.Message}\n{string.Join('\n', child._output)}", failure);
        }
    }

    /// <summary>Asks politely first, so that a router stops the engines it has started.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            using var kill = new Process { StartInfo = new ProcessStartInfo("kill", ["-TERM", Pid.ToString(CultureInfo.InvariantCulture)]) };
            kill.Start();
            kill.WaitForExit();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }
        }

        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (_output.Count > 40)
        {
            _output.TryDequeue(out _);
        }

        if (line.StartsWith(Promise, StringComparison.Ordinal))
        {
            _serving.TrySetResult(new Uri(line[Promise.Length..].Split(' ')[0]));
        }
    }
}
