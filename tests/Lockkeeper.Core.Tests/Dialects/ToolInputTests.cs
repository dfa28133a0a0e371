using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class ToolInputTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData(""" { "a" : [1] } """, true)]
    [InlineData("[]", false)]
    [InlineData("{\"a\":", false)]
    [InlineData("{} {}", false)]
    [InlineData("", false)]
    [InlineData("null", false)]
    public void Arguments_are_one_object(string text, bool isObject) => ToolInput.IsObject(text).ShouldBe(isObject);
}
