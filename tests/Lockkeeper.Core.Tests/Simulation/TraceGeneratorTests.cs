using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class TraceGeneratorTests
{
    private const int Seeds = 50;

    [Fact]
    public void A_seed_gives_the_same_trace_for_ever() =>
        TraceWriter.Lines(TraceGenerator.Generate("agents", 0.6, TimeSpan.FromSeconds(15), seed: 1)).Skip(2).First()
            .ShouldBe("""{"at_s":9.491,"model":"B","priority":"medium","service_s":5.757}""");

    [Fact]
    public void Another_seed_gives_another_trace() =>
        TraceGenerator.Generate("agents", 0.6, TimeSpan.FromSeconds(15), 1).Requests.ShouldNotBe(TraceGenerator.Generate("agents", 0.6, TimeSpan.FromSeconds(15), 2).Requests);

    [Fact]
    public void A_swap_takes_the_time_asked_for()
    {
        foreach (var model in TraceGenerator.Generate("agents", 0.6, TimeSpan.FromSeconds(7.777), 1).Models)
        {
            (model.Load + model.Free).ShouldBe(TimeSpan.FromSeconds(7.777));
        }
    }

    [Fact]
    public void Agents_ask_three_models_evenly_for_as_much_work_as_the_load_says()
    {
        var requests = Of("agents", 0.6);
        Rate(requests).ShouldBe(0.6 / 4, tolerance: 0.005);
        MeanService(requests).ShouldBe(4, tolerance: 0.1);
        requests.GroupBy(request => request.Model).Select(model => (double)model.Count() / requests.Count).ShouldAllBe(share => share > 0.32 && share < 0.345);
        requests.ShouldAllBe(request => request.Priority == Priority.Medium && request.At < TimeSpan.FromHours(1));
    }

    [Fact]
    public void Beside_a_steady_stream_somebody_asks_for_B_every_five_minutes()
    {
        var requests = Of("steady-rare", 0.9);
        var steady = requests.Where(request => request.Model.Value == "A").ToList();
        var rare = requests.Where(request => request.Model.Value == "B").ToList();
        Rate(steady).ShouldBe(0.9 / 3, tolerance: 0.01);
        Rate(rare).ShouldBe(1.0 / 300, tolerance: 0.0004);
        MeanService(steady).ShouldBe(3, tolerance: 0.1);
        MeanService(rare).ShouldBe(3, tolerance: 0.3);
        requests.ShouldAllBe(request => request.Priority == Priority.Medium);
    }

    [Fact]
    public void A_batch_is_there_from_the_first_moment_and_people_ask_for_two_other_models()
    {
        var requests = Of("batch-interactive", 0.9);
        var batch = requests.Where(request => request.Priority == Priority.Background).ToList();
        var people = requests.Where(request => request.Priority == Priority.High).ToList();
        batch.ShouldAllBe(request => request.Model.Value == "A" && request.At == TimeSpan.Zero);
        (batch.Sum(request => request.Service!.Value.TotalSeconds) / Seeds).ShouldBe(0.9 * 0.6 * 3600, tolerance: 50);
        MeanService(batch).ShouldBe(10, tolerance: 0.3);
        Rate(people).ShouldBe(0.9 * 0.4 / 4, tolerance: 0.003);
        MeanService(people).ShouldBe(4, tolerance: 0.1);
        people.Select(request => request.Model.Value).Distinct().Order().ShouldBe(["B", "C"]);
        (batch.Count + people.Count).ShouldBe(requests.Count);
    }

    private static List<TraceRequest> Of(string generator, double load) =>
        [.. Enumerable.Range(1, Seeds).SelectMany(seed => TraceGenerator.Generate(generator, load, TimeSpan.FromSeconds(15), seed).Requests)];

    private static double Rate(List<TraceRequest> requests) => requests.Count / (3600.0 * Seeds);

    private static double MeanService(List<TraceRequest> requests) => requests.Average(request => request.Service!.Value.TotalSeconds);
}
