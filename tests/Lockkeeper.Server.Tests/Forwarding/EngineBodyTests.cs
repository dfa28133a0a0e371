using System.Buffers;
using System.Text;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Forwarding;

public sealed class EngineBodyTests
{
    [Theory]
    [InlineData("""{ "model" : "real", "n":1.0 }""", """{ "model" : "real", "n":1.0 }""")]
    [InlineData("""{ "model" : "alias", "n":1.0 }""", """{ "model" : "real", "n":1.0 }""")]
    [InlineData("""{"priority":"high","model":"alias"}""", """{"model":"real"}""")]
    public async Task What_is_sent_is_as_long_as_announced_and_changed_only_where_it_must_be(string sent, string expected)
    {
        var bytes = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(sent));
        BodyPeek.Scan(bytes).Holds(out var facts, out _).ShouldBeTrue();
        var body = new EngineBody(bytes, BodyEdits.For(facts, "real"));

        // Twice: a try that no engine has seen is made again.
        for (var tries = 0; tries < 2; tries++)
        {
            using var content = body.ToContent();
            content.Headers.ContentLength.ShouldBe(expected.Length);
            (await content.ReadAsStringAsync()).ShouldBe(expected);
        }
    }
}
