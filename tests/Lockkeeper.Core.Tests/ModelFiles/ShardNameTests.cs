using Lockkeeper.Core.ModelFiles;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class ShardNameTests
{
    [Fact]
    public void A_shard_says_which_it_is_of_how_many() => ShardName.Of("big-q4-00002-of-00010").ShouldBe(new ShardName("big-q4", 2, 10));

    [Theory]
    [InlineData("big-q4")]
    [InlineData("-00001-of-00002")]
    [InlineData("big-00003-of-00002")]
    [InlineData("big-00000-of-00002")]
    [InlineData("big-0001-of-0002")]
    [InlineData("big-00001-of-99999")]
    [InlineData("big-+0001-of-00002")]
    public void Anything_else_is_whole(string name) => ShardName.Of(name).ShouldBeNull();
}
