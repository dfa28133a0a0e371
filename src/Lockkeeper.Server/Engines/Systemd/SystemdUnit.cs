using System.Globalization;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Systemd;

/// <summary>The unit an engine runs as: started and stopped by systemd on our word, and believed to be up or down only when systemd says so.</summary>
internal sealed partial class SystemdUnit(EngineSpec engine, EngineRoom room, ILogger logger)
{
    /// <summary>How long a question may take; a busy systemd answers in milliseconds.</summary>
    private static readonly TimeSpan PatienceWithQuestion = TimeSpan.FromSeconds(5);

    /// <summary>A unit that was told to stop has to stay down for so long: what brings it back by itself does so at once, or a tenth of a second later (<c>RestartSec</c>).</summary>
    private static readonly TimeSpan StaysDown = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a unit that comes back by itself is stopped again before that is called a failure.</summary>
    private const int Stops = 3;

    private readonly string _name = engine.Unit!;
    private readonly Systemctl _control = new(engine.UnitScope, room);

    public string Name => _name;

    public UnitProcesses Processes { get; } = new();

    /// <summary>The unit as it was last seen; null before the first look.</summary>
    public UnitState? Last { get; private set; }

    /// <summary>What systemd says of it now.</summary>
    /// <returns>The state; or why there is none.</returns>
    public async Task<(UnitState? State, string? Problem)> LookAsync(CancellationToken cancellationToken)
    {
        var reply = await _control.CallAsync(["show", $"--property={UnitState.Properties}", "--", _name], PatienceWithQuestion, cancellationToken);
        if (!reply.IsGood || UnitState.Parse(reply.Text) is not { } state)
        {
            return (null, reply.ToString());
        }

        Last = state;
        Processes.Saw(state);
        return (state, null);
    }

    /// <summary>Has it started, and waits until systemd calls the start done or failed.</summary>
    /// <returns>Null when it is done, else why it is not.</returns>
    public async Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        // A unit that failed too often is not started again before that is forgotten; one that never failed needs no forgetting, and says so.
        await _control.CallAsync(["reset-failed", "--", _name], PatienceWithQuestion, cancellationToken);
        var reply = await _control.CallAsync(["start", "--", _name], engine.StartTimeout, cancellationToken);
        return reply.IsGood ? null : reply.ToString();
    }

    /// <summary>Has it stopped, and looks whether it stays down: an explicit stop holds against <c>Restart=always</c>, but a timer, a socket or another unit may start it again.</summary>
    /// <returns>Null when it is down; else what speaks against it.</returns>
    public async Task<string?> StopAsync()
    {
        var doubt = "";
        for (var tried = 1; tried <= Stops; tried++)
        {
            var reply = await _control.CallAsync(["stop", "--", _name], engine.StopTimeout, CancellationToken.None);
            if (!reply.IsGood)
            {
                // Its own TimeoutStopSec is longer than ours, or the call was refused; the first is helped, the second is told.
                LogStopFails(_name, reply);
                await _control.CallAsync(["kill", "--signal=SIGKILL", "--", _name], PatienceWithQuestion, CancellationToken.None);
            }

            if (await WhyNotDownAsync() is not { } why)
            {
                return null;
            }

            doubt = reply.IsGood ? why : $"{why}; {reply}";
            LogComesBack(_name, why, tried);
        }

        return string.Create(CultureInfo.InvariantCulture, $"unit '{_name}' was stopped {Stops} times and is not down: {doubt}");
    }

    /// <summary>What it has logged last, as far as that may be read.</summary>
    public async Task<IReadOnlyList<string>> LastLinesAsync()
    {
        var reply = await _control.CallAsync(["status", "--lines=5", "--full", "--", _name], PatienceWithQuestion, CancellationToken.None);
        var lines = reply.Text.Split('\n');
        var end = Array.FindIndex(lines, line => line.Trim().Length == 0); // the state, an empty line, the log
        return end < 0 || reply.Code is null ? [] : [.. lines[(end + 1)..].Select(line => line.TrimEnd()).Where(line => line.Length > 0).TakeLast(5)];
    }

    private async Task<string?> WhyNotDownAsync()
    {
        var start = room.Time.GetTimestamp();
        while (true)
        {
            var (state, problem) = await LookAsync(CancellationToken.None);
            if (state is not { IsDown: true })
            {
                return problem ?? $"it is {state}";
            }

            if (room.Time.GetElapsedTime(start) >= StaysDown)
            {
                return null;
            }

            await Task.Delay(LookEvery, room.Time, CancellationToken.None);
        }
    }

    [LoggerMessage(370, LogLevel.Warning, "Unit {Unit} does not stop and is killed by systemd: {Reply}")]
    private partial void LogStopFails(string unit, SystemctlReply reply);

    [LoggerMessage(371, LogLevel.Warning, "Unit {Unit} was told to stop (time {Tried}) and is not down: {Why}")]
    private partial void LogComesBack(string unit, string why, int tried);
}
