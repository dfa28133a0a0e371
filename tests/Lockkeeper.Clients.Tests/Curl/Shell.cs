using System.Diagnostics.CodeAnalysis;
using Lockkeeper.Testing;

namespace Lockkeeper.Clients.Tests.Curl;

/// <summary>A router that knows the models of the documented lines, and a shell to type them into.</summary>
internal sealed class Shell : IAsyncDisposable
{
    private const string WhatToInstall = "The documented lines need curl and jq: install both.";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-curl-");
    private readonly LockkeeperProcess _router;

    private Shell(LockkeeperProcess router) => _router = router;

    /// <param name="streams">Whether answers stream unless told.</param>
    public static async Task<Shell> OpenAsync(bool streams = false) => new(await LockkeeperProcess.StartAsync($$"""
        pools:
          gpu: { policy: exclusive }
          side: { policy: fit }
        engines:
          builtin: { preset: builtin }
          seeing: { pool: side, command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}"] }
        models:
          demo-guide:
            engine: builtin
            path: "{{Repository.DemoGuide}}"
            defaults: { stream: {{(streams ? "true" : "false")}} }
            aliases: [fast, mlx-community/gpt-oss-120b-MXFP4-Q8, mlx-community/Llama-3.3-70B-Instruct-4bit, mlx-community/Llama-3.2-3B-Instruct-4bit, your-discovered-model-id]
          demo-embedder: { engine: builtin, pool: side, type: embedding, path: "{{Repository.DemoGuide}}", aliases: [Qwen/Qwen3-Embedding-0.6B] }
          eyes: { engine: seeing, capabilities: [chat, vision], aliases: [mlx-community/chandra-8bit] }
        """));

    /// <summary>Runs a documented line as it stands, but for port and paths.</summary>
    /// <returns>What it prints.</returns>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public async Task<string> TypeAsync([StringSyntax("bash")] string line)
    {
        foreach (var port in (string[])["5590", "8000", "8800"])
        {
            line = line.Replace($"localhost:{port}", $"localhost:{_router.BaseAddress.Port}", StringComparison.Ordinal);
        }

        var variables = new Dictionary<string, string> { ["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}", ["NO_PROXY"] = "*" };
        var shell = await ChildProcess.RunAsync("/bin/sh", ["-c", line], _folder.FullName, variables, TimeSpan.FromSeconds(60));
        return shell.ExitCode == 0 ? shell.Output
            : throw new InvalidOperationException($"{line}\n{shell.Said}\n{(shell.ExitCode == 127 || shell.Errors.Contains("not found") ? WhatToInstall : _router.Said)}");
    }

    /// <summary>The line was written on a Mac, whose base64 reads the file behind -i and breaks no lines.</summary>
    public string WithFile(string line, string placeholder, byte[] content)
    {
        var base64 = Path.Combine(_folder.FullName, "base64");
        if (!File.Exists(base64) && !OperatingSystem.IsWindows())
        {
            File.WriteAllText(base64, "#!/bin/sh\n/usr/bin/base64 \"$2\" | tr -d '\\n'\n");
            File.SetUnixFileMode(base64, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var file = Path.Combine(_folder.FullName, Path.GetFileName(placeholder));
        File.WriteAllBytes(file, content);
        return line.Replace(placeholder, file, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _router.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
