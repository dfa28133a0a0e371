using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class SchemaVerbTests
{
    [Fact]
    public async Task It_prints_the_schema_that_is_checked_in()
    {
        using var run = new LockkeeperRun();
        var (code, output, errors) = await run.Start("schema").EndAsync();
        (code, errors.Length).ShouldBe((0, 0));
        output.ShouldBe(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "lockkeeper.schema.json")));
    }
}
