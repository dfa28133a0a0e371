using System.Text;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Telemetry;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Learned;

public sealed class LearnedJsonTests
{
    internal static readonly Dictionary<ModelId, LearnedModel> Sample = new()
    {
        [new ModelId("org/a \"1\"")] = new LearnedModel
        {
            Figures = new ModelFigures { Load = TimeSpan.FromSeconds(12.5), Free = TimeSpan.FromSeconds(1.25), Service = TimeSpan.FromSeconds(3), Footprint = 5_000_000_000, RanAlone = true },
            Held = 4_000_000_000,
            Speed = new ModelSpeed(41.5, 900),
            Phases = new PhaseAverages(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(12.5)),
        },
        [new ModelId("unknown")] = new LearnedModel(),
    };

    [Fact]
    public void What_is_written_is_read_again()
    {
        LearnedJson.TryRead(LearnedJson.Write(Sample), out var read, out var problem).ShouldBeTrue(problem);
        read.ShouldBe(Sample, ignoreOrder: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("{\"version\":1,\"models\":{\"a\":{\"load_s\":1")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":2,\"models\":{}}")]
    [InlineData("{\"version\":1,\"models\":[]}")]
    [InlineData("{\"version\":1}")]
    public void What_is_no_state_file_is_refused_with_the_reason(string text)
    {
        LearnedJson.TryRead(Encoding.UTF8.GetBytes(text), out var read, out var problem).ShouldBeFalse();
        read.ShouldBeEmpty();
        problem.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void A_figure_that_no_watching_can_have_given_counts_as_not_known()
    {
        var text = """{"version":1,"models":{"a":{"load_s":-1,"footprint":"big","held":1e300,"free_s":1e200,"ran_alone":1,"tokens_per_second":null,"swap":7,"later":{}},"b":null}}"""u8.ToArray();
        LearnedJson.TryRead(text, out var read, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNull();

        LearnedJson.TryRead(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace(",\"b\":null", "")), out read, out _).ShouldBeTrue();
        read[new ModelId("a")].ShouldBe(new LearnedModel());
    }
}
