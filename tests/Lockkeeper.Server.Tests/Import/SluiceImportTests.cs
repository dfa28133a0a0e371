using Lockkeeper.Server.Config;
using Lockkeeper.Server.Import;
using Lockkeeper.Server.Tests.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Import;

public sealed class SluiceImportTests
{
    [Theory]
    [InlineData("sluice-defaults", "SLUICE_PORT=5590")]
    [InlineData(
        "sluice-all",
        "SLUICE_PORT=6000 SLUICE_LOG_DIR=/var/log/sluice SLUICE_REASONING_URL=http://127.0.0.1:9000/v1 SLUICE_REASONING_MODEL=big SLUICE_FAST_URL=http://127.0.0.1:9001/v1 SLUICE_FAST_MODEL=small SLUICE_CLOUD_MODEL=claude-x "
            + "SLUICE_CLOUD_TIMEOUT=180 SLUICE_CLAUDE_BIN=/usr/bin/claude SLUICE_MAX_TOKENS=1024 SLUICE_MAX_PROMPT_CHARS=1000 SLUICE_MAX_QUEUE_DEPTH=3 SLUICE_QUEUE_TIMEOUT=180 SLUICE_SHOE_SIZE=9 ANTHROPIC_API_KEY=sk")]
    [InlineData("sluice-one-model", "SLUICE_FAST_MODEL=mlx-community/Qwen3-8B-4bit SLUICE_FAST_URL=http://localhost:8080/v1")]
    [InlineData("sluice-one-model-on-two-servers", "SLUICE_FAST_MODEL=mlx-community/Qwen3-8B-4bit")]
    public void The_variables_become_two_servers_that_take_turns(string name, string variables)
    {
        var report = SluiceImport.Read(variables.Split(' ').Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]));
        var text = Importer.Write(report);
        ConfigText.Read("f", text, KnownPresets.All).Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        ImporterTests.ShouldBeGolden($"{name}.lockkeeper.yaml", text);
        ImporterTests.ShouldBeGolden($"{name}.lost.txt", string.Concat(report.Lost.Select(lost => $"{lost}\n")));
    }

    [Fact]
    public void A_number_that_is_none_is_refused() => Should.Throw<ImportRefusedException>(() => SluiceImport.Read(new Dictionary<string, string> { ["SLUICE_MAX_TOKENS"] = "many" }))
        .Message.ShouldBe("SLUICE_MAX_TOKENS is 'many'; it must be a whole number from 1 to 100000000");

    [Fact]
    public void An_address_that_is_none_is_refused() => Should.Throw<ImportRefusedException>(() => SluiceImport.Read(new Dictionary<string, string> { ["SLUICE_FAST_URL"] = "localhost" }))
        .Message.ShouldBe("SLUICE_FAST_URL is no address of a server");
}
