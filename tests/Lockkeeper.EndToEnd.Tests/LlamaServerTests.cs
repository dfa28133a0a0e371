using System.Net;
using Lockkeeper.EndToEnd.Tests.Cli;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary><c>preset: llama.cpp</c> on a machine without llama-server, and after somebody has installed one.</summary>
public sealed class LlamaServerTests : IDisposable
{
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("lockkeeper-programs-");

    public void Dispose() => _programs.Delete(recursive: true);

    [Fact]
    public async Task Without_llama_server_the_built_in_engine_serves_until_there_is_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Engines cannot be started on Windows yet.");
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            engines:
              llama: { preset: llama.cpp, env: { PATH: "{{_programs.FullName}}:/nowhere" } }
            models:
              first: { engine: llama, path: {{LockkeeperRun.DemoGuide}}, context_length: 512 }
              second: { engine: llama, path: {{LockkeeperRun.DemoGuide}} }
            """);
        await AnswersAsync(lockkeeper, "first");
        await AnswersAsync(lockkeeper, "second");
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("second");
        ProcessTable.CommandLine(lockkeeper.Engines[0].Pid).ShouldContain("engine");
        await lockkeeper.SaysAsync("engine 'llama': there is no 'llama-server'");
        Said(lockkeeper).ShouldHaveSingleItem().ShouldContain("engine 'llama': there is no 'llama-server' on PATH, so 'builtin' serves its models until there is one, without reranking, images");

        Install("llama-server");
        await AnswersAsync(lockkeeper, "first");
        var line = ProcessTable.CommandLine(lockkeeper.Engines.ShouldHaveSingleItem().Pid);
        line[0].ShouldBe(FakeEngine.Executable);
        line.ShouldContain("first");
        Said(lockkeeper).Count.ShouldBe(1);
    }

    /// <summary>Takes what llama-server would be given, and is the fake engine.</summary>
    private void Install(string name)
    {
        var file = Path.Combine(_programs.FullName, name);
        File.WriteAllText(file, $$"""
            #!/bin/sh
            while [ $# -gt 0 ]; do
              case "$1" in
                --port) port=$2 ;;
                --alias) alias=$2 ;;
              esac
              shift
            done
            exec {{FakeEngine.Executable}} --port "$port" --id "$alias"

            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static async Task AnswersAsync(LockkeeperProcess lockkeeper, string model)
    {
        using var answer = await lockkeeper.PostAsync("/v1/chat/completions", $$"""{"model":"{{model}}","max_tokens":4,"messages":[{"role":"user","content":"Hello"}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync() + lockkeeper.Said);
    }

    private static List<string> Said(LockkeeperProcess lockkeeper) => [.. lockkeeper.Output.Concat(lockkeeper.Errors).Where(line => line.Contains("llama-server", StringComparison.Ordinal))];
}
