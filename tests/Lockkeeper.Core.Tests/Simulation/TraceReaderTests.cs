using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class TraceReaderTests
{
    private const string Table = """{"models":[{"id":"a","load_s":8,"free_s":2},{"id":"b","load_s":1.5,"free_s":0,"footprint":"6GiB","max_concurrency":4,"tokens_per_second":40,"prompt_tokens_per_second":500,"pinned":true,"resident":true}]}""";

    [Fact]
    public void Models_and_requests_are_read_and_requests_put_in_the_order_of_time()
    {
        TraceReader.TryRead(
            [Table, """{"at_s":2,"model":"a","service_s":3}""", "", """{"at_s":0.25,"model":"b","priority":"high","key":"laptop","prompt_tokens":1000,"completion_tokens":80}"""],
            out var trace,
            out _).ShouldBeTrue();
        var b = trace!.Models[1];
        (b.Load, b.Free, b.Footprint, b.MaxConcurrency, b.Pinned, b.Resident).ShouldBe((TimeSpan.FromSeconds(1.5), TimeSpan.Zero, 6L << 30, 4, true, true));
        var first = trace.Requests[0];
        (first.At, first.Model, first.Priority, first.Key).ShouldBe((TimeSpan.FromSeconds(0.25), b.Id, Priority.High, "laptop"));
        first.ServiceOn(b).ShouldBe(TimeSpan.FromSeconds(2 + 2));
        var second = trace.Requests[1];
        (second.Priority, second.Key, second.ServiceOn(trace.Models[0])).ShouldBe((Priority.Medium, "", TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void A_time_that_is_told_counts_more_than_tokens()
    {
        TraceReader.TryRead([Table, """{"at_s":0,"model":"b","service_s":3,"completion_tokens":80}"""], out var trace, out _).ShouldBeTrue();
        trace!.Requests[0].ServiceOn(trace.Models[1]).ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("""{"at_s":0,"model":"c","service_s":3}""", "line 2: model: 'c' is not in the model table; did you mean 'a'?")]
    [InlineData("""{"at_s":0,"service_s":3}""", "line 2: model: is missing")]
    [InlineData("""{"model":"a","service_s":3}""", "line 2: at_s: is missing")]
    [InlineData("""{"at_s":-1,"model":"a","service_s":3}""", "line 2: at_s: -1 is not a number of seconds, 0 or more")]
    [InlineData("""{"at_s":"1s","model":"a","service_s":3}""", "line 2: at_s: \"1s\" is not a number of seconds, 0 or more")]
    [InlineData("""{"at_s":1e300,"model":"a","service_s":3}""", "line 2: at_s: 1e300 is not a number of seconds, 0 or more")]
    [InlineData("""{"at_s":0,"model":"a"}""", "line 2: service_s: is missing, and the model table does not tell tokens_per_second of 'a' to work it out from")]
    [InlineData("""{"at_s":0,"model":"a","service_s":3,"priority":"urgent"}""", "line 2: priority: \"urgent\" is not critical, high, medium, low, background or 0 to 4")]
    [InlineData("""{"at_s":0,"model":"a","service_s":3,"prompt_token":3}""", "line 2: prompt_token: is an unknown key; did you mean 'prompt_tokens'? Known here: at_s, model, priority, key, prompt_tokens, completion_tokens, service_s")]
    [InlineData("""{"at_s":0,"model":"a","service_s":3,"prompt_tokens":1.5}""", "line 2: prompt_tokens: 1.5 is not a whole number of 0 or more")]
    [InlineData("""{"at_s":0,"at_s":0,"model":"a","service_s":3}""", "line 2: at_s: is there twice")]
    [InlineData("""[]""", "line 2: it is no JSON object")]
    public void A_wrong_request_is_refused_with_its_line(string line, string why) => Problem(Table, line).ShouldBe(why);

    [Theory]
    [InlineData("""{"models":[]}""", "line 1: the first line is the model table, as in {\"models\":[{\"id\":\"a\",\"load_s\":8,\"free_s\":2}]}")]
    [InlineData("""{"at_s":0,"model":"a","service_s":3}""", "line 1: the first line is the model table, as in {\"models\":[{\"id\":\"a\",\"load_s\":8,\"free_s\":2}]}")]
    [InlineData("""{"models":[{"load_s":8,"free_s":2}]}""", "line 1: models[0].id: is missing")]
    [InlineData("""{"models":[{"id":"a","free_s":2}]}""", "line 1: models[0].load_s: is missing")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2,"footprint":"6G"}]}""", "line 1: models[0].footprint: '6G' has the unit 'G', which could mean 1000 or 1024; write GB or GiB")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2,"footprint":0}]}""", "line 1: models[0].footprint: 0 is not a whole number of 1 or more")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2,"max_concurrency":0}]}""", "line 1: models[0].max_concurrency: 0 is not a whole number of 1 or more")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2,"tokens_per_second":0}]}""", "line 1: models[0].tokens_per_second: 0 is not a number above 0")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2,"resident":"yes"}]}""", "line 1: models[0].resident: \"yes\" is not true or false")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2},{"id":"a","load_s":8,"free_s":2}]}""", "line 1: models: 'a' is there twice")]
    [InlineData("""{"models":[{"id":"a","load_s":8,"free_s":2}],"pool":1}""", "line 1: pool: is an unknown key; known here: models")]
    public void A_wrong_model_table_is_refused(string line, string why) => Problem(line).ShouldBe(why);

    [Fact]
    public void A_line_that_is_no_JSON_is_refused_with_its_number() => Problem(Table, "", "{\"at_s\":").ShouldStartWith("line 3: is no JSON object on one line: ");

    [Fact]
    public void Nothing_at_all_is_no_trace() => Problem().ShouldStartWith("there is nothing in it");

    private static string? Problem(params string[] lines)
    {
        TraceReader.TryRead(lines, out var trace, out var problem).ShouldBeFalse();
        trace.ShouldBeNull();
        return problem;
    }
}
