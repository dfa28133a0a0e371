using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>One started engine: its processes, its port, what it prints. Exists from the spawn until all of it is proven gone.</summary>
internal sealed partial class EngineProcess
{
    /// <summary>How long processes that outlive the engine's main one may clean up, before they are killed too.</summary>
    private static readonly TimeSpan StragglersMayStay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WarnEvery = TimeSpan.FromSeconds(10);

    /// <summary>At the end of Lockkeeper itself, what resists SIGKILL is left to the reaper after that time.</summary>
    private static readonly TimeSpan GiveUpWhenClosing = TimeSpan.FromSeconds(5);

    /// <summary>How long the last output of a dead engine is waited for; a child of its own may keep the pipe open.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(100);

    private readonly EngineRoom _room;
    private readonly ChildProcess _child;
    private readonly PortLeases.Lease _port;
    private readonly OutputTail _tail;
    private readonly ILogger _logger;
    private readonly ModelSpec _model;

    private EngineProcess(EngineRoom room, ModelSpec model, ChildProcess child, PortLeases.Lease port, OutputTail tail, string mark)
    {
        _room = room;
        _model = model;
        _child = child;
        _port = port;
        _tail = tail;
        _logger = room.Loggers.CreateLogger<EngineProcess>();
        Tree = new ProcessTree(child.Pid, mark);
    }

    public int Pid => _child.Pid;

    public int Port => _port.Port;

    public ProcessTree Tree { get; }

    /// <summary>Where an engine that was given that port answers.</summary>
    public static Uri AddressOf(EngineSpec engine, int port) => engine.Url ?? new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", port).Uri;

    /// <summary>Completes when the engine's main process has ended.</summary>
    public Task<ExitStatus> Exited => _child.Exited;

    /// <summary>Starts the engine, guarded by the reaper from its first instruction on. The lease is its own once it has started.</summary>
    /// <param name="room">What it shares with others.</param>
    /// <param name="model">The model it is to serve.</param>
    /// <param name="command">What to start.</param>
    /// <param name="port">Where it is to listen.</param>
    /// <param name="born">Called when its process is there and has not run yet.</param>
    public static EngineProcess Start(EngineRoom room, ModelSpec model, EngineCommand command, PortLeases.Lease port, Action<ProcessTree> born)
    {
        var mark = room.Reaper.NextMark();
        var environment = EnvironmentVariables.OwnWith(model.Engine.Environment);
        environment[Reaper.MarkVariable] = mark;

        using var trampoline = Trampoline.Spawn(command, environment);
        var log = room.Loggers.CreateLogger($"Lockkeeper.Engine.{model.Id}");
        var tail = new OutputTail(model.Engine.Environment, room.Time, log, model.Engine.LogFile is { } file ? new EngineLogFile(file, room.Time, log) : null);
        tail.Drain(trampoline.Output, model.Id.Value);
        var process = new EngineProcess(room, model, trampoline.Child, port, tail, mark);
        room.Reaper.Guard(process.Pid);
        born(process.Tree);
        trampoline.Go();
        return process;
    }

    /// <summary>The evidence of a process that has ended; it waits a moment for its last words.</summary>
    /// <param name="when">Completes the sentence "the process exited …".</param>
    public async Task<InstanceFailure> ExitFailureAsync(string when)
    {
        var exit = await Exited;
        await Task.WhenAny(_tail.Drained, Task.Delay(LastWords, _room.Time, CancellationToken.None));
        return new InstanceFailure($"the process {exit} {when}", exit.Code, _tail.Lines());
    }

    /// <summary>The evidence of one that lives, and should not.</summary>
    public InstanceFailure Failure(string cause) => new(cause, null, _tail.Lines());

    /// <summary>
    /// Ends every process of the run: SIGTERM, SIGKILL once the patience is over, again and again until none is left and the port is closed.
    /// False only when Lockkeeper closes and something still resists.
    /// </summary>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        if ((!await TermAsync(patience) || IsPortHeld()) && !await KillAsync())
        {
            return false;
        }

        _room.Reaper.Forget(Pid);
        _child.Reap();
        _port.Dispose();
        return true;
    }

    /// <summary>True when that was enough.</summary>
    private async Task<bool> TermAsync(TimeSpan patience)
    {
        var start = _room.Time.GetTimestamp();
        var signal = _model.Engine.Stop.Signal ?? StopSignal.Default;
        await AskToStopAsync(patience / 2);
        if (!Exited.IsCompleted)
        {
            _child.SignalGroup(Posix.SignalOf(signal));
            await Task.WhenAny(Exited, Task.Delay(Positive(patience - _room.Time.GetElapsedTime(start)), _room.Time, CancellationToken.None));
        }

        if (!Exited.IsCompleted)
        {
            LogIgnoresTerm(_model.Id, Pid, signal, patience.TotalSeconds);
            return false;
        }

        if (Tree.Alive().Count == 0)
        {
            return true;
        }

        var left = patience - _room.Time.GetElapsedTime(start);
        Tree.SignalStrays(Posix.SigTerm);
        return await GoneAsync(left < StragglersMayStay ? left : StragglersMayStay);
    }

    /// <summary>The engine's own way to end, where it has one; what does not hear it, or does not obey, is signalled like any other.</summary>
    private async Task AskToStopAsync(TimeSpan patience)
    {
        if (_model.Engine.Stop.Path is not { } path || Exited.IsCompleted)
        {
            return;
        }

        var start = _room.Time.GetTimestamp();
        using var upstream = new Upstream(AddressOf(_model.Engine, Port), _model.Engine.ApiKey);
        var reply = await new EngineTalk(upstream, _model.Engine, _room.Time)
            .ControlAsync(new ControlCall("POST", path, default), patience < EngineTalk.Patience ? patience : EngineTalk.Patience, CancellationToken.None);
        if (reply.IsGood)
        {
            await Task.WhenAny(Exited, Task.Delay(Positive(patience - _room.Time.GetElapsedTime(start)), _room.Time, CancellationToken.None));
        }
        else if (!Exited.IsCompleted)
        {
            LogIgnoresPath(_model.Id, reply);
        }
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    /// <summary>True when no process of the run is left, at the latest when the patience is over.</summary>
    private async Task<bool> GoneAsync(TimeSpan patience)
    {
        var start = _room.Time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(1);
        while (Tree.Alive().Count > 0)
        {
            if (_room.Time.GetElapsedTime(start) >= patience)
            {
                return false;
            }

            await Task.Delay(pause, _room.Time, CancellationToken.None);
            pause = pause < LongestPause ? pause * 2 : LongestPause;
        }

        return true;
    }

    private async Task<bool> KillAsync()
    {
        var start = _room.Time.GetTimestamp();
        var warned = TimeSpan.Zero;
        while (!Exited.IsCompleted || Tree.Alive().Count > 0 || IsPortHeld())
        {
            _child.SignalGroup(Posix.SigKill);
            Tree.SignalStrays(Posix.SigKill);
            await Task.WhenAll(GoneAsync(TimeSpan.FromSeconds(1)), Task.WhenAny(Exited, Task.Delay(LongestPause, _room.Time, CancellationToken.None)));

            var trying = _room.Time.GetElapsedTime(start);
            if (trying - warned >= WarnEvery)
            {
                warned = trying;
                LogCannotKill(_model.Id, string.Join(", ", Tree.Alive()), Port, trying.TotalSeconds);
            }

            if (_room.Closing.IsCancellationRequested && trying >= GiveUpWhenClosing)
            {
                LogLeftBehind(_model.Id, string.Join(", ", Tree.Alive()), Port);
                return false;
            }
        }

        return true;
    }

    /// <summary>A stranger we can name may have taken the port the moment it was free: that is not ours to wait for.</summary>
    private bool IsPortHeld() => PortOwner.Of(Port, Tree) is { Kind: PortOwner.Owner.Ours } or { Kind: PortOwner.Owner.Stranger, Pid: null };

    [LoggerMessage(330, LogLevel.Warning, "{Model}: the engine (pid {Pid}) has ignored {Signal} for {Seconds:0.###} s and is killed")]
    private partial void LogIgnoresTerm(ModelId model, int pid, string signal, double seconds);

    [LoggerMessage(351, LogLevel.Warning, "{Model}: the engine did not take the request to stop, and is signalled: {Reply}")]
    private partial void LogIgnoresPath(ModelId model, EngineReply reply);

    [LoggerMessage(331, LogLevel.Warning, "{Model}: the engine cannot be killed (processes: {Pids}; port {Port}); tried for {Seconds:0} s, and going on")]
    private partial void LogCannotKill(ModelId model, string pids, int port, double seconds);

    [LoggerMessage(332, LogLevel.Error, "{Model}: closing without having seen the engine gone (processes: {Pids}; port {Port})")]
    private partial void LogLeftBehind(ModelId model, string pids, int port);
}
