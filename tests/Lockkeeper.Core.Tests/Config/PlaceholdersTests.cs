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
}
