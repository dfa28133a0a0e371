using System.IO.Pipes;

namespace Lockkeeper.Server.Engines;

/// <summary>
/// Starts an engine in two steps, because the reaper must know its group before it runs: a <c>kill -9</c> of Lockkeeper between the two would leave it
/// for ever. A shell takes the engine's place until it is told to go, and leaves when the pipe ends instead. <c>exec</c> keeps the pid.
/// </summary>
internal sealed class Trampoline : IDisposable
{
    // The engine's words are arguments of this script; the shell does not read them.
    private const string Script = """
        read -r go <&3 && [ "$go" = go ] || exit 125
        exec 3<&-
        cd -- "$1" || exit 126
        unset OLDPWD
        shift
        exec "$@"
        """;

    private readonly AnonymousPipeServerStream _go;

    private Trampoline(ChildProcess child, Stream output, AnonymousPipeServerStream go)
    {
        Child = child;
        Output = output;
        _go = go;
    }

    public ChildProcess Child { get; }

    /// <summary>What the engine prints on stdout and stderr. Outlives this object.</summary>
    public Stream Output { get; }

    public static Trampoline Spawn(EngineCommand command, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var go = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        try
        {
            string[] words = ["-c", Script, "lockkeeper-start", command.Folder, command.Executable, .. command.Arguments];
            var child = ChildProcess.Spawn("/bin/sh", words, environment,
                new ChildProcess.Descriptors(null, output.ClientSafePipeHandle, go.ClientSafePipeHandle));
            output.DisposeLocalCopyOfClientHandle();
            go.DisposeLocalCopyOfClientHandle();
            return new Trampoline(child, output, go);
        }
        catch
        {
            output.Dispose();
            go.Dispose();
            throw;
        }
    }

    public void Go()
    {
        try
        {
            _go.Write("go\n"u8);
        }
        catch (IOException)
        {
            // Killed already; that is seen as its exit.
        }
    }

    /// <summary>Without <see cref="Go"/> before, the child leaves and the engine never runs.</summary>
    public void Dispose() => _go.Dispose();
}
