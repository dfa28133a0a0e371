using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Detection;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Ingress.Media;
using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Diagnosis;

/// <summary>Looks at everything that Lockkeeper needs of a machine. It changes nothing and starts no engine; programs are asked for their version.</summary>
/// <param name="variable">Reads an environment variable.</param>
/// <param name="presets">The presets an engine may name.</param>
/// <param name="time">The clock.</param>
internal sealed class Doctor(Func<string, string?> variable, IReadOnlyDictionary<string, EnginePreset> presets, TimeProvider time)
{
    private const int FewFiles = 1024;
    private const int OllamaPort = 11434;

    /// <param name="configFile">What <c>--config</c> says; null when it is not given.</param>
    /// <param name="builtIn">Why the built-in engine does not load; null when it does.</param>
    /// <param name="stop">Ends the examination.</param>
    public async Task<IReadOnlyList<Check>> ExamineAsync(string? configFile, Func<string?> builtIn, CancellationToken stop)
    {
        var file = ConfigSearch.Find(configFile, variable);
        var result = file is null ? ConfigFile.LoadDemo(presets) : ConfigFile.Load(file, presets);
        var config = (result as ConfigResult.Loaded)?.Config ?? new LockkeeperConfig();
        List<Check> checks =
        [
            new("runtime", Verdict.Ok, $".NET {Environment.Version} on {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.OSArchitecture}"),
            Configuration(file, result),
            BuiltIn(builtIn()),
            MemoryOf("memory", IMemoryReader.OfThisSystem()),
            .. Gpus(),
            Port(config.Server.Listen),
            Writable("state folder", Path.GetDirectoryName((result as ConfigResult.Loaded)?.StateFile ?? StateFile.Default(variable))!),
            .. Logs(config, ConfigFolder.Of(file ?? ".")),
            OpenFiles(),
            Clock(time.GetUtcNow()),
            .. Systemd(config),
            Pdfs(PdfPages.OnPath),
        ];
        checks.AddRange(await ProgramsAsync(stop));
        return checks;
    }

    internal static Check Configuration(string? file, ConfigResult result) => result switch
    {
        ConfigResult.Refused refused => new("configuration", Verdict.Fail, $"{file} has {(refused.Problems.Count == 1 ? "1 problem" : $"{refused.Problems.Count} problems")}: {string.Join("; ", refused.Problems)}", "mend the file; every key is in docs/configuration.md"),
        ConfigResult.Loaded loaded when file is null => new("configuration", Verdict.Ok, $"none; the demo models are served ({loaded.Catalog.Models.Length})", "lockkeeper init writes one"),
        ConfigResult.Loaded loaded => new("configuration", Verdict.Ok, $"{file}: {loaded.Catalog.Models.Length} models"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    internal static Check BuiltIn(string? problem) =>
        problem is null ? new("built-in engine", Verdict.Ok, "llama.cpp loads") : new("built-in engine", Verdict.Fail, problem, "install it, or use other engines only");

    internal static Check Pdfs(Func<string, string?> find)
    {
        string[] missing = [.. PdfPages.Programs.Where(program => find(program) is null)];
        return missing is []
            ? new("PDFs", Verdict.Ok, $"become images, by {find(PdfPages.Programs[^1])}")
            : new("PDFs", Verdict.Warn, $"are refused in requests: {string.Join(" and ", missing)}, of poppler, {(missing is [_] ? "is" : "are")} not on PATH", "if clients send any: apt install poppler-utils, brew install poppler, choco install poppler");
    }

    internal static Check Clock(DateTimeOffset now) => now.Year is >= 2025 and < 2100
        ? new("clock", Verdict.Ok, now.ToString("u", CultureInfo.InvariantCulture))
        : new("clock", Verdict.Warn, $"says {now.ToString("u", CultureInfo.InvariantCulture)}", "set the clock: certificates of cloud engines are checked against it");

    internal static Check MemoryOf(string name, IMemoryReader memory) => (memory.Total(), memory.Available()) switch
    {
        ({ } total, { } available) => new(name, Verdict.Ok, $"{Gib(available)} of {Gib(total)} available{(memory.Swap() is { Total: > 0 } swap ? $", {Gib(swap.Used)} of {Gib(swap.Total)} swap in use" : "")}"),
        _ => new(name, Verdict.Warn, "is not told by this system", "give pools a size (pools.*.memory) and models theirs (models.*.memory)"),
    };

    /// <summary>Whether something can be put into the folder, or into the nearest one above it that exists.</summary>
    internal static Check Writable(string name, string folder)
    {
        var there = folder;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { Length: > 0 } above)
        {
            there = above;
        }

        var trial = Path.Combine(there, $".lockkeeper-doctor-{Guid.NewGuid():N}");
        try
        {
            using (File.Create(trial, 1, FileOptions.DeleteOnClose))
            {
                return new(name, Verdict.Ok, $"{folder} can be written");
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new(name, Verdict.Fail, $"{folder} cannot be written: {refused.Message}", $"let this user write to {there}, or choose another folder");
        }
    }

    internal static Check Port(string listen)
    {
        if (!Uri.TryCreate(listen, UriKind.Absolute, out var url) || url.Port == 0)
        {
            return new("port", Verdict.Ok, $"{listen}: a free one is taken");
        }

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the server does it: a port that was closed a moment ago is free.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            socket.Bind(new IPEndPoint(IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) ? address : IPAddress.Loopback, url.Port));
            socket.Listen();
            return new("port", Verdict.Ok, $"{listen} is free");
        }
        catch (SocketException taken)
        {
            var owner = PortOwner.Of(url.Port, new ProcessTree(Environment.ProcessId, "")).Pid is { } pid ? $", process {pid} has it" : "";
            return new("port", Verdict.Warn, $"{listen} cannot be listened on: {taken.Message}{owner}", "fine if that is a running Lockkeeper; else stop it, or choose another address with server.listen");
        }
    }

    internal static Check OpenFiles(string limits = "/proc/self/limits")
    {
        const string Row = "Max open files";
        if (!File.Exists(limits) || File.ReadLines(limits).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) is not { } row)
        {
            return new("open files", Verdict.Ok, "the limit is not told by this system");
        }

        var limit = row[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(limit, CultureInfo.InvariantCulture, out var files) && files < FewFiles
            ? new("open files", Verdict.Warn, $"at most {files}, and each waiting client takes one or two", "raise it: ulimit -n 65536, or LimitNOFILE= in the unit")
            : new("open files", Verdict.Ok, $"at most {limit}");
    }

    private static string Gib(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB");

    private static IEnumerable<Check> Logs(LockkeeperConfig config, ConfigFolder folder) =>
        from log in config.Engines.Values.Select(engine => engine.LogFile).OfType<string>().Distinct() select Writable("log folder", Path.GetDirectoryName(folder.Resolve(log))!);

    private static List<Check> Gpus()
    {
        (string Name, IDeviceMemory? Memory)[] makers = [("NVIDIA GPU", NvmlLibrary.TryLoad() is { } nvml ? new NvidiaMemory(nvml) : null), ("AMD GPU", OperatingSystem.IsLinux() ? new AmdMemory() : null)];
        var found = makers.Where(maker => maker.Memory is { HasOwnMemory: true }).Select(maker => (maker.Memory!.Total(), maker.Memory.Available()) is ({ } total, { } available)
            ? new Check(maker.Name, Verdict.Ok, $"{Gib(available)} of {Gib(total)} available")
            : new Check(maker.Name, Verdict.Warn, "its driver does not tell its memory", "update the driver, or give pools a size (pools.*.memory)")).ToList();
        return found.Count > 0 ? found : [new Check("GPU", Verdict.Ok, "none with memory of its own; pools count the machine's")];
    }

    private IEnumerable<Check> Systemd(LockkeeperConfig config)
    {
        var wanted = config.Engines.Values.Any(engine => engine is { Lifecycle: Lifecycle.Systemd, UnitScope: null or UnitScope.User });
        var session = variable("XDG_RUNTIME_DIR") is { Length: > 0 } folder && Directory.Exists(Path.Combine(folder, "systemd"));
        return !OperatingSystem.IsLinux() ? []
            : session ? [new Check("systemd", Verdict.Ok, "there is a user session")]
            : wanted ? [new Check("systemd", Verdict.Fail, "there is no user session, and engines are units of it", "log in properly, or: loginctl enable-linger $USER")]
            : [new Check("systemd", Verdict.Ok, "no user session, and no engine needs one")];
    }

    private async Task<IEnumerable<Check>> ProgramsAsync(CancellationToken stop)
    {
        var programs = new Machine(variable).Programs();
        var versions = await Task.WhenAll(programs.Select(program => ProgramVersion.OfAsync(program.Path, stop)));
        List<Check> checks = [.. programs.Zip(versions, (program, version) => new Check(program.Engine.Name, Verdict.Ok, $"{program.Path}: {version ?? "does not tell its version"}"))];
        if (programs.All(program => program.Engine.Name != "llama.cpp"))
        {
            checks.Add(new Check("llama.cpp", Verdict.Ok, "no llama-server on PATH; the built-in engine runs GGUF files"));
        }

        using var probe = new EngineProbe();
        if ((await probe.LookAsync([OllamaPort], stop)).Any(engine => engine.Name == "ollama"))
        {
            checks.Add(new Check("ollama daemon", Verdict.Warn, "runs; what others load there stays in memory for its OLLAMA_KEEP_ALIVE, 5 minutes unless it is set",
                "let clients ask Lockkeeper instead, or set OLLAMA_KEEP_ALIVE=0 for the daemon"));
        }

        return checks;
    }
}
