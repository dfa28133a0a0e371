using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class PlaceholdersTests
{
    [Theory]
    [InlineData("--port", "")]
    [InlineData("{port}", "{port}")]
    [InlineData("--url=http://127.0.0.1:{port}/{id}", "{port} {id}")]
    [InlineData("{Port}", "{Port}")]
    [InlineData("""{"port":{port}}""", "{port}")]
    [InlineData("""{"temperature": 1}""", "")]
    [InlineData("{{role}}", "")]
    [InlineData("{ path }", "")]
    [InlineData("{}{0}{", "")]
    [InlineData("${HOME}", "{HOME}")]
    public void Placeholders_are_found(string argument, string expected) => string.Join(' ', Placeholders.In(argument)).ShouldBe(expected);

    [Theory]
    [InlineData("{port}", "<{port}>")]
    [InlineData("--url=http://127.0.0.1:{port}/{id}", "--url=http://127.0.0.1:<{port}>/<{id}>")]
    [InlineData("""{"port":{port}}""", """{"port":<{port}>}""")]
    [InlineData("{{role}} {}{0}{ }", "{{role}} {}{0}{ }")]
    [InlineData("", "")]
    public void Placeholders_alone_are_filled_in(string argument, string expected) =>
        Placeholders.Fill(argument, placeholder => $"<{placeholder}>").ShouldBe(expected);
}
