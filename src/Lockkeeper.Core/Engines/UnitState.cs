using System.Globalization;

namespace Lockkeeper.Core.Engines;

/// <summary>A unit of systemd as <c>systemctl show</c> describes it.</summary>
internal sealed record UnitState
{
    /// <summary>What has to be asked for, as the value of <c>--property</c>.</summary>
    public const string Properties = "LoadState,ActiveState,SubState,MainPID,Result,ExecMainStatus,NRestarts,ControlGroup";

    /// <summary>Whether systemd has the unit: <c>loaded</c>, <c>not-found</c>, <c>masked</c>, <c>bad-setting</c>, <c>error</c>.</summary>
    public string Load { get; private init; } = "";

    /// <summary><c>active</c>, <c>reloading</c>, <c>inactive</c>, <c>failed</c>, <c>activating</c>, <c>deactivating</c>.</summary>
    public string Active { get; private init; } = "";

    /// <summary>The same, finer: <c>running</c>, <c>auto-restart</c>, <c>stop-sigterm</c>, <c>dead</c>.</summary>
    public string Sub { get; private init; } = "";

    /// <summary>How it ended last: <c>success</c>, <c>exit-code</c>, <c>signal</c>, <c>oom-kill</c>, <c>timeout</c>.</summary>
    public string Result { get; private init; } = "";

    /// <summary>Its main process; null while there is none.</summary>
    public int? MainPid { get; private init; }

    /// <summary>What its main process has exited with, or the signal that ended it; null where that is not told.</summary>
    public int? ExitStatus { get; private init; }

    /// <summary>How often systemd has started it again by itself.</summary>
    public int Restarts { get; private init; }

    /// <summary>Path of its control group below the root of the hierarchy; null while it has none.</summary>
    public string? ControlGroup { get; private init; }

    public bool IsUp => Active is "active" or "reloading" or "refreshing";

    /// <summary>Nothing of it runs, and systemd is not about to change that.</summary>
    public bool IsDown => Active is "inactive" or "failed" && MainPid is null;

    /// <summary>Why it can never be started; null when nothing speaks against it.</summary>
    public string? Unusable => Load switch
    {
        "not-found" => "there is no such unit",
        "masked" => "the unit is masked",
        "bad-setting" or "error" => $"systemd cannot read the unit ({Load})",
        _ => null,
    };

    /// <summary>Whether its main process was ended because memory ran out.</summary>
    public bool RanOutOfMemory => Result == "oom-kill";

    /// <summary>Reads lines of <c>Name=value</c>; what is between, such as a warning, is passed over. Null when no line tells a state.</summary>
    public static UnitState? Parse(ReadOnlySpan<char> text)
    {
        var state = new UnitState();
        foreach (var line in text.EnumerateLines())
        {
            if (line.IndexOf('=') is > 0 and var at)
            {
                state = state.With(line[..at], line[(at + 1)..].Trim());
            }
        }

        return state.Active.Length > 0 ? state : null;
    }

    public override string ToString()
    {
        var restarts = Restarts > 0 ? string.Create(CultureInfo.InvariantCulture, $", restarted {Restarts} times") : "";
        var result = Result.Length == 0 || Result == "success" ? "" : string.Create(CultureInfo.InvariantCulture, $", result {Result}{(ExitStatus > 0 ? $" {ExitStatus}" : "")}");
        return $"{Active} ({Sub}{result}{restarts})";
    }

    private UnitState With(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "LoadState" => this with { Load = value.ToString() },
        "ActiveState" => this with { Active = value.ToString() },
        "SubState" => this with { Sub = value.ToString() },
        "Result" => this with { Result = value.ToString() },
        "MainPID" => this with { MainPid = NumberOf(value) is > 0 and var pid ? pid : null },
        "ExecMainStatus" => this with { ExitStatus = NumberOf(value) },
        "NRestarts" => this with { Restarts = NumberOf(value) ?? 0 },
        "ControlGroup" => this with { ControlGroup = value.Length > 1 && value[0] == '/' && !value.Contains("..", StringComparison.Ordinal) ? value.ToString() : null },
        _ => this,
    };

    private static int? NumberOf(ReadOnlySpan<char> value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
