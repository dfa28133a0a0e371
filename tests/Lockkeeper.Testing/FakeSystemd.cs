using System.Diagnostics;

namespace Lockkeeper.Testing;

/// <summary>
/// A <c>systemctl</c> in a folder of its own, and behind it a systemd as far as engines need one: units that are fake engines, started in sessions of their own, started again when they die if
/// they are to be, and told to do what units of the real one do to those who depend on them.
/// </summary>
internal sealed class FakeSystemd : IAsyncDisposable
{
    private const string Control = """
        home=${0%/*}
        echo "$*" >> "$home/calls"
        verb= unit=
        for word; do
          case $word in --*) ;; *) if [ -z "$verb" ]; then verb=$word; else unit=$word; fi ;; esac
        done
        d=$home/units/$unit
        value() { # without another process: it is called all the time; a file without a line is just being written
          while v=; ! { read -r v < "$d/$1"; } 2>/dev/null; do [ -e "$d/$1" ] || { v=$2; break; }; done
        }
        if [ ! -d "$d" ]; then
          case $verb in
            show) printf 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nMainPID=0\nResult=success\nNRestarts=0\n'; exit 0 ;;
            *) echo "Failed to $verb $unit: Unit $unit not found." >&2; exit 5 ;;
          esac
        fi
        case $verb in
          show)
            if [ -e "$d/looks" ]; then
              echo >> "$d/looks"
              if [ "$(wc -l < "$d/looks")" -gt 1 ]; then rm "$d/looks"; "$0" start "$unit"; fi
            fi
            value active inactive; active=$v; value sub dead; sub=$v; value pid 0; pid=$v
            value result success; result=$v; value code 0; code=$v; value restarts 0; restarts=$v
            printf 'LoadState=loaded\nActiveState=%s\nSubState=%s\nMainPID=%s\nResult=%s\nExecMainStatus=%s\nNRestarts=%s\nControlGroup=\n' \
              "$active" "$sub" "$pid" "$result" "$code" "$restarts" ;;
          reset-failed)
            echo 0 > "$d/restarts"; echo success > "$d/result"
            value active inactive; [ "$v" != failed ] || echo inactive > "$d/active" ;;
          start)
            [ ! -e "$d/refuse" ] || { echo "Failed to start $unit: Access denied" >&2; exit 4; }
            while value active inactive; [ "$v" = activating ] || [ "$v" = starting ]; do sleep 0.02; done
            [ "$v" != active ] || exit 0
            while [ -e "$d/supervised" ]; do sleep 0.02; done
            rm -f "$d/stopping"; echo starting > "$d/active"
            setsid sh "$home/supervise" "$d" < /dev/null > /dev/null 2>&1 &
            while value active inactive; [ "$v" = starting ]; do sleep 0.02; done ;;
          stop)
            touch "$d/stopping"
            value pid 0; pid=$v
            if [ "$pid" != 0 ]; then
              kill -TERM "$pid"
              while value active inactive; [ "$v" != inactive ]; do sleep 0.02; done
            else
              while [ -e "$d/supervised" ]; do value pid 0; [ "$v" = 0 ] || kill -TERM "$v"; sleep 0.02; done
              echo inactive > "$d/active"; echo dead > "$d/sub"
            fi
            value revives 0; left=$v
            if [ "$left" -gt 0 ]; then
              echo $((left - 1)) > "$d/revives"
              if [ -e "$d/later" ]; then touch "$d/looks"; else "$0" start "$unit"; fi
            fi ;;
          kill) value pid 0; [ "$v" = 0 ] || kill -KILL "$v" ;;
          status) [ ! -e "$d/slow" ] || sleep 1; printf 'the unit\n   its state\n\n'; tail -n 5 "$d/log"; exit 3 ;;
          *) echo "Unknown command verb $verb." >&2; exit 1 ;;
        esac
        """;

    private const string Supervisor = """
        d=$1
        touch "$d/supervised"
        trap 'rm -f "$d/supervised"' EXIT
        while :; do
          sh "$d/run" >> "$d/log" 2>&1 &
          pid=$!
          echo $pid > "$d/pid"; echo running > "$d/sub"; echo active > "$d/active"
          wait $pid
          code=$?
          rm -f "$d/pid"
          if [ -e "$d/stopping" ]; then echo dead > "$d/sub"; echo inactive > "$d/active"; exit; fi
          echo $code > "$d/code"; echo exit-code > "$d/result"
          if [ ! -e "$d/always" ]; then echo failed > "$d/sub"; echo failed > "$d/active"; exit; fi
          echo auto-restart > "$d/sub"; echo activating > "$d/active"
          echo $(($(cat "$d/restarts" 2>/dev/null || echo 0) + 1)) > "$d/restarts"
          sleep 0.1
          if [ -e "$d/stopping" ]; then echo dead > "$d/sub"; echo inactive > "$d/active"; exit; fi
        done
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-systemd-");
    private readonly List<string> _units = [];

    public FakeSystemd()
    {
        Script.Write(Path.Combine(_folder.FullName, "systemctl"), Control);
        File.WriteAllText(Path.Combine(_folder.FullName, "supervise"), Supervisor);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "units"));
    }

    /// <summary>A search path on which its <c>systemctl</c> is found before any other.</summary>
    public string SearchPath => $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";

    /// <summary>Every call so far, its words as they came.</summary>
    public IReadOnlyList<string> Calls => Read(Path.Combine(_folder.FullName, "calls")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Adds a unit that is a fake engine, and is not running.</summary>
    /// <param name="name">Its name, with the type.</param>
    /// <param name="flags">Flags of the engine.</param>
    /// <param name="always">Whether it is started again whenever it dies (<c>Restart=always</c>).</param>
    /// <param name="revives">How often something starts it again after a stop, as a timer or a socket would: before the stop returns, or if <c>later</c> is set between the first and the second look after it.</param>
    /// <returns>The port it listens on.</returns>
    public int Add(string name, string flags = "", bool always = false, int revives = 0)
    {
        var port = Daemon.FreePort();
        var unit = Directory.CreateDirectory(Unit(name)).FullName;
        File.WriteAllText(Path.Combine(unit, "run"), $"exec '{FakeEngine.Executable}' --port {port} --id {name.Split('.')[0]} {flags}\n");
        if (always)
        {
            Set(name, "always", "yes");
        }

        Set(name, "revives", $"{revives}");
        _units.Add(name);
        return port;
    }

    /// <summary>Changes what a unit does from now on.</summary>
    public void Set(string name, string what, string value) => File.WriteAllText(Path.Combine(Unit(name), what), $"{value}\n");

    /// <summary>Its state in systemd's words.</summary>
    public string StateOf(string name) => ReadLine(Path.Combine(Unit(name), "active"));

    /// <summary>Its main process; null while it has none.</summary>
    public int? PidOf(string name) => int.TryParse(ReadLine(Path.Combine(Unit(name), "pid")), out var pid) ? pid : null;

    /// <summary>Does what a person at a terminal would.</summary>
    public async Task RunAsync(string verb, string name)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(Path.Combine(_folder.FullName, "systemctl"), [verb, name]) };
        process.Start();
        await process.WaitForExitAsync();
    }

    /// <summary>All units are down for good, whatever they are told to do.</summary>
    public async Task QuietAsync()
    {
        foreach (var unit in _units)
        {
            Set(unit, "revives", "0");
            Set(unit, "refuse", "yes"); // what is about to start it again
            await Eventually.True(() => IsDown(unit), $"{unit} is down");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await QuietAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Kills what runs of it: it may be between one process and the next, which is killed at the next look.</summary>
    private bool IsDown(string unit)
    {
        if (PidOf(unit) is { } pid)
        {
            Set(unit, "stopping", "yes");
            LockkeeperProcess.Signal("KILL", pid);
        }

        return !File.Exists(Path.Combine(Unit(unit), "supervised"));
    }

    private string Unit(string name) => Path.Combine(_folder.FullName, "units", name);

    /// <summary>The line of a file that has one; empty when there is no file. One without a line is just being written.</summary>
    private static string ReadLine(string file)
    {
        while (true)
        {
            var text = Read(file);
            if (text.EndsWith('\n') || !File.Exists(file))
            {
                return text.Trim();
            }
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }
}
