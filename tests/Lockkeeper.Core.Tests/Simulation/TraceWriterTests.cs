using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class TraceWriterTests
{
    [Theory]
    [InlineData("agents")]
    [InlineData("steady-rare")]
    [InlineData("batch-interactive")]
    public void What_is_written_is_read_back_as_it_was(string generator)
    {
        var trace = TraceGenerator.Generate(generator, 0.6, TimeSpan.FromSeconds(7.25), seed: 5);
        TraceReader.TryRead(TraceWriter.Lines(trace), out var read, out _).ShouldBeTrue();
        read!.Models.ShouldBe(trace.Models);
        read.Requests.ShouldBe(trace.Requests);
    }

    [Fact]
    public void Every_field_is_written_and_read_back()
    {
        var model = new TraceModel(new ModelId("größe")) { Load = TimeSpan.FromSeconds(3), Free = TimeSpan.FromSeconds(1), Footprint = 7, MaxConcurrency = 3, TokensPerSecond = 40.5, PromptTokensPerSecond = 900, Pinned = true, Resident = true };
        var request = new TraceRequest(TimeSpan.FromSeconds(1.001), model.Id, Priority.Low) { Key = "k", PromptTokens = 3, CompletionTokens = 4, Service = TimeSpan.FromSeconds(2) };
        TraceReader.TryRead(TraceWriter.Lines(new Trace([model], [request])), out var read, out _).ShouldBeTrue();
        read!.Models.ShouldBe([model]);
        read.Requests.ShouldBe([request]);
    }

    [Fact]
    public void What_need_not_be_said_is_not_written()
    {
        TraceWriter.Table([Traces.Model("a")]).ShouldBe("""{"models":[{"id":"a","load_s":8,"free_s":2,"max_concurrency":1}]}""");
        TraceWriter.Line(Traces.Request(0.5, "a")).ShouldBe("""{"at_s":0.5,"model":"a","priority":"medium","service_s":1}""");
    }
}
