using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class JsonFieldsTests
{
    [Fact]
    public void Fields_are_equal_when_they_say_the_same_in_the_same_order()
    {
        Of(("a", "1"), ("b", "\"x\"")).ShouldBe(Of(("a", "1"), ("b", "\"x\"")));
        Of(("a", "1"), ("b", "\"x\"")).GetHashCode().ShouldBe(Of(("a", "1"), ("b", "\"x\"")).GetHashCode());
        Of(("a", "1"), ("b", "2")).ShouldNotBe(Of(("b", "2"), ("a", "1")));
        Of(("a", "1")).ShouldNotBe(Of(("a", "2")));
        Of(("a", "1")).ShouldNotBe(JsonFields.None);
        new JsonFields().ShouldBe(JsonFields.None);
    }

    private static JsonFields Of(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
