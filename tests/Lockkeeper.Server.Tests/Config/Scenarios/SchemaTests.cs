using System.Text.Encodings.Web;
using System.Text.Json;
using Lockkeeper.Server.Config;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config.Scenarios;

/// <summary>
/// <c>lockkeeper.schema.json</c>, which <c>lockkeeper schema</c> prints, says what the records and docs/configuration.md say. After a change of either:
/// <c>UPDATE_SCHEMA=1 dotnet test tests/Lockkeeper.Server.Tests --filter "FullyQualifiedName~SchemaTests"</c>
/// </summary>
public sealed class SchemaTests
{
    private static readonly string File = Path.Combine(Repository.Root, "lockkeeper.schema.json");

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_schema_that_is_checked_in_is_that_of_the_records_and_their_documentation()
    {
        var rows = ConfigurationDocsTests.Documented().ToDictionary(row => row.Key, row => (row.Default, row.Meaning));
        var schema = new SchemaWriter(rows).Write().ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") is "1")
        {
            System.IO.File.WriteAllText(File, schema);
        }

        System.IO.File.ReadAllText(File).ShouldBe(schema);
    }

    [Fact]
    public void The_example_and_every_block_of_the_documentation_are_valid()
    {
        foreach (var (name, text) in ConfigurationDocsTests.Blocks())
        {
            Breaches(text).ShouldBeEmpty(name);
        }
    }

    [Theory]
    [InlineData("sevrer: {}", ".sevrer: is unknown")]
    [InlineData("models: { a: { path: x } }", ".models.a.engine: is missing")]
    [InlineData("models: { a: { engine: e, priority: urgent } }", ".models.a.priority: urgent is none of")]
    [InlineData("models: { a: { engine: e, context_length: 0 } }", ".models.a.context_length: 0 is less than 1")]
    [InlineData("scheduling: { max_queue: many }", ".scheduling.max_queue: many is no integer")]
    [InlineData("scheduling: { max_wait: 5 }", ".scheduling.max_wait: 5 is none of what it may be")]
    [InlineData("server: { max_body: 5 pounds }", ".server.max_body: 5 pounds is none of what it may be")]
    [InlineData("server: { api_keys: [{ name: a, key: secret }] }", ".server.api_keys[0].key: secret does not match")]
    [InlineData("engines: { e: { lifecycle: eternal } }", ".engines.e.lifecycle: eternal is none of")]
    [InlineData("discover: { path: x }", ".discover: ")]
    public void What_the_loader_refuses_an_editor_can_refuse_too(string yaml, string breach)
    {
        Breaches(yaml).ShouldContain(found => found.StartsWith(breach, StringComparison.Ordinal));
        ConfigText.Read("f", yaml, KnownPresets.All).Problems.ShouldContain(problem => problem.Line > 0);
    }

    private static IReadOnlyList<string> Breaches(string yaml) =>
        SchemaCheck.Check(JsonElement.Parse(System.IO.File.ReadAllText(File)), JsonElement.Parse(YamlReader.Read(yaml) is { } root ? YamlAsJson.Of(root) : "null"));
}
