using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1024", 1024)]
    [InlineData("7B", 7)]
    [InlineData("1KB", 1_000)]
    [InlineData("1KiB", 1_024)]
    [InlineData("512 MiB", 512L << 20)]
    [InlineData("512mib", 512L << 20)]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData(" 2 TB ", 2_000_000_000_000)]
    [InlineData("0.5TiB", 1L << 39)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_size_is_read(string text, long bytes)
    {
        ByteSize.TryParse(text, out var size, out var problem).ShouldBeTrue(problem);
        size.Bytes.ShouldBe(bytes);
        problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "'' is no size; write a size such as 256MiB, 1.5GB or a number of bytes")]
    [InlineData("MiB", "'MiB' is no size; write a size such as 256MiB, 1.5GB or a number of bytes")]
    [InlineData("1.2.3MB", "'1.2.3MB' is no size; write a size such as 256MiB, 1.5GB or a number of bytes")]
    [InlineData("-1MB", "'-1MB' is negative; write a size such as 256MiB, 1.5GB or a number of bytes")]
    [InlineData("1.5", "'1.5' is a fraction of a byte; write a size such as 256MiB, 1.5GB or a number of bytes")]
    [InlineData("5G", "'5G' has the unit 'G', which could mean 1000 or 1024; write GB or GiB")]
    [InlineData("5 k", "'5 k' has the unit 'k', which could mean 1000 or 1024; write KB or KiB")]
    [InlineData("5 parsecs", "'5 parsecs' has the unknown unit 'parsecs'; write B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024)")]
    [InlineData("9223372036854775808", "'9223372036854775808' is larger than 9223372036854775807 bytes")]
    [InlineData("8388608TiB", "'8388608TiB' is larger than 9223372036854775807 bytes")]
    [InlineData("99999999999999999999999999999999TB", "'99999999999999999999999999999999TB' is no size; write a size such as 256MiB, 1.5GB or a number of bytes")]
    public void What_is_no_size_is_refused_with_the_fix(string text, string expected)
    {
        ByteSize.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1, "1B")]
    [InlineData(1_000, "1KB")]
    [InlineData(256L << 20, "256MiB")]
    [InlineData(1_500_000_000, "1500MB")]
    [InlineData(1_000_001, "1000001B")]
    public void A_size_is_shown_exactly_and_read_back(long bytes, string shown)
    {
        new ByteSize(bytes).ToString().ShouldBe(shown);
        ByteSize.TryParse(shown, out var size, out _).ShouldBeTrue();
        size.Bytes.ShouldBe(bytes);
    }
}
