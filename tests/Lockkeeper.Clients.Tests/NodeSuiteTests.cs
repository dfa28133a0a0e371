using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests;

/// <summary>The suites of tests/clients: real packages from npm, on Node.js. One that fails says which of its tests did, and why.</summary>
public sealed class NodeSuiteTests
{
    /// <summary>A suite that is not found is a suite that is not run.</summary>
    [Fact]
    public void Each_package_has_its_suite() => ClientRun.Suites.ShouldBe(
    [
        "ai-anthropic.test.mjs", "ai-openai-compatible.test.mjs", "anthropic.test.mjs", "langchain-ollama.test.mjs", "langchain-openai.test.mjs",
        "ollama-ai-provider-v2.test.mjs", "ollama.test.mjs", "openai.test.mjs", "query.test.mjs",
    ]);

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_test_of_a_suite_passes(string suite)
    {
        var run = await Fixture.RunAsync();
        var outcome = await run.SuiteAsync(suite);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', run.Packages.Versions.Select(package => $"{package.Key} {package.Value}")));
        TestContext.Current.TestOutputHelper!.WriteLine($"{outcome.Tests.Count} tests");
        outcome.Complaints.ShouldBeEmpty($"{suite}:\n{string.Join("\n\n", outcome.Complaints)}\n");
    }

    public static TheoryData<string> Suites() => [.. ClientRun.Suites];
}
