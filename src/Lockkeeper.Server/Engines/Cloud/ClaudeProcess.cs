using System.Buffers;
using System.IO.Pipes;
using System.Text;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>One run of a program that is given a text and prints an answer, in a process group of its own.</summary>
internal sealed class ClaudeProcess : IAsyncDisposable
{
    /// <summary>No answer is longer; what is, is read and thrown away.</summary>
    private const int LongestOutput = 16 * 1024 * 1024;
    private const int LongestErrors = 64 * 1024;

    private readonly ChildProcess _child;
    private readonly Stream[] _pipes;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _errors = new();

    private ClaudeProcess(ChildProcess child, Stream input, Stream output, Stream errors, string text)
    {
        (_child, _pipes) = (child, [input, output, errors]);
        var writing = Task.Run(() => Write(input, text));
        Ended = EndAsync(Task.Run(() => Read(output, _output, LongestOutput)), Task.Run(() => Read(errors, _errors, LongestErrors)), writing);
    }

    /// <summary>Completes when it has ended and all it has printed is read.</summary>
    public Task<ExitStatus> Ended { get; }

    /// <summary>What it has printed; to be read when it has ended.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>What it has printed on its standard error.</summary>
    public string Errors => Encoding.UTF8.GetString(_errors.WrittenSpan);

    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public static ClaudeProcess Start(string executable, IReadOnlyList<string> arguments, string text)
    {
        var input = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var errors = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        try
        {
            var child = ChildProcess.Spawn(executable, arguments, EnvironmentVariables.Own(),
                new ChildProcess.Descriptors(input.ClientSafePipeHandle, output.ClientSafePipeHandle, Extra: null) { Error = errors.ClientSafePipeHandle });
            input.DisposeLocalCopyOfClientHandle();
            output.DisposeLocalCopyOfClientHandle();
            errors.DisposeLocalCopyOfClientHandle();
            return new ClaudeProcess(child, input, output, errors, text);
        }
        catch
        {
            input.Dispose();
            output.Dispose();
            errors.Dispose();
            throw;
        }
    }

    /// <summary>Ends it and all of its group, and waits for that. What has left the group, and keeps its output open, is not waited for beyond <paramref name="patience"/>.</summary>
    public async Task KillAsync(TimeSpan patience, TimeProvider time)
    {
        _child.SignalGroup(Posix.SigKill);
        await Task.WhenAny(Ended, Task.Delay(patience, time, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pipe in _pipes)
        {
            await pipe.DisposeAsync();
        }

        if (_child.Exited.IsCompleted)
        {
            _child.Reap();
        }
        else
        {
            _ = _child.Exited.ContinueWith(_ => _child.Reap(), TaskScheduler.Default);
        }
    }

    private async Task<ExitStatus> EndAsync(params Task[] pipes)
    {
        await Task.WhenAll(pipes);
        return await _child.Exited;
    }

    private static void Write(Stream to, string text)
    {
        try
        {
            to.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // It does not want to hear the rest; what it says, and how it ends, tells why.
        }
        finally
        {
            to.Dispose();
        }
    }

    private static void Read(Stream from, ArrayBufferWriter<byte> into, int most)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (from.Read(buffer) is var count and > 0)
            {
                into.Write(buffer.AsSpan(0, Math.Min(count, most - into.WrittenCount)));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // Nobody wants it any more.
        }
    }
}
