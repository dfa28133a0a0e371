using System.Globalization;

namespace Lockkeeper.Bench.Targets;

/// <summary>Where the programs of a run are, and a folder for its files.</summary>
internal sealed class TestBed : IDisposable
{
    private TestBed(string folder) => Folder = folder;

    public string Folder { get; }

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>This program, which is the upstream and the baseline too.</summary>
    public static string Self => Environment.ProcessPath!;

    public static string LockkeeperExecutable { get; } = Built("Lockkeeper", "lockkeeper");

    public static string FakeEngineExecutable { get; } = Built("FakeEngine", "fake-engine");

    public static TestBed Create() => new(Directory.CreateTempSubdirectory("lockkeeper-bench-").FullName);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>The bare forwarder in front of the upstream.</summary>
    public static async Task<(Child Child, Uri Address)> StartBaselineAsync(Uri upstream) => await Child.StartAsync(Self, "baseline", "--upstream", upstream.ToString());

    /// <summary>Lockkeeper with the models <c>a</c> and <c>b</c>, each served by the command.</summary>
    public async Task<(Child Child, Uri Address)> StartLockkeeperAsync(params IEnumerable<string> command)
    {
        var config = Path.Combine(Folder, "lockkeeper.yaml");
        await File.WriteAllTextAsync(config, $$"""
            engines:
              bench:
                lifecycle: process
                command: [{{string.Join(", ", command.Select(word => $"\"{word}\""))}}]
                stop_timeout: 10s
            models:
              a: { engine: bench, max_concurrency: 64 }
              b: { engine: bench, max_concurrency: 64 }

            """);
        return await Child.StartAsync(LockkeeperExecutable, "serve", "--config", config, "--listen", $"http://127.0.0.1:{FreePort.Find()}");
    }

    /// <summary>Lockkeeper in front of instant upstreams, and the address of the one it has started, to be asked directly too.</summary>
    public async Task<(Child Child, Uri Address, Uri Upstream)> StartLockkeeperWithUpstreamAsync()
    {
        var announced = Path.Combine(Folder, "upstream.port");
        File.Delete(announced);
        var (child, address) = await StartLockkeeperAsync(Self, "upstream", "--port", "{port}", "--announce", announced);
        using var connection = new Load.HttpConnection(address, Time);
        connection.Exchange(Load.Requests.Chat("a"));
        var port = int.Parse(await File.ReadAllTextAsync(announced), CultureInfo.InvariantCulture);
        return (child, address, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>artifacts/bin/PROJECT/CONFIGURATION/NAME, in this program's own configuration.</summary>
    private static string Built(string project, string name)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, OperatingSystem.IsWindows() ? name + ".exe" : name);
    }
}
