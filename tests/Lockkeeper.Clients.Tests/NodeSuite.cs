using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lockkeeper.Clients.Tests;

/// <summary>What came of one file of tests for Node.js.</summary>
/// <param name="Tests">Each test that has ended.</param>
/// <param name="Process">The run as a whole.</param>
internal sealed record NodeSuite(IReadOnlyList<NodeSuite.Test> Tests, ChildProcess Process)
{
    /// <summary>How long one file may take. A client that hangs shall not hold up the others for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>One line of the reporter.</summary>
    internal sealed record Test(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("ok")] bool Ok,
        [property: JsonPropertyName("skipped")] bool Skipped,
        [property: JsonPropertyName("error")] string Error);

    /// <summary>Why it does not count as passed; none when it does.</summary>
    public IReadOnlyList<string> Complaints =>
    [
        .. Tests.Where(test => !test.Ok).Select(test => $"{test.Name}\n{test.Error}"),
        .. Tests.Where(test => test.Skipped).Select(test => $"{test.Name} was skipped"),
        .. Tests.Count == 0 ? [$"no test was run: {Process.Said}"] : Array.Empty<string>(),
        .. Process.ExitCode != 0 && Tests.All(test => test.Ok) ? [$"all tests passed, and still: {Process.Said}"] : Array.Empty<string>(),
    ];

    public static async Task<NodeSuite> RunAsync(NpmFolder folder, string file, IReadOnlyDictionary<string, string> variables)
    {
        var process = await folder.RunAsync("node", ["--test-reporter=./reporter.mjs", file], variables, Patience);
        return new NodeSuite([.. process.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<Test>(line)!)], process);
    }
}
