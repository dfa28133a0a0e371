using System.Collections.Immutable;
using System.Text;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Server.Tests.Scheduling;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class PrepareTests : IDisposable
{
    private static readonly ModelSpec Plain = new() { Id = new ModelId("m"), Engine = new EngineSpec { Name = "e", Command = ["none"] } };
    private static readonly ModelSpec Capped = Plain with { MaxTokensUnderPressure = ImmutableDictionary<PressureLevel, int>.Empty.Add(PressureLevel.High, 512) };

    private readonly ScriptedInstanceHost _host = new(new AdmissionMailbox());

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(PressureLevel.Normal, """{"model":"m","max_tokens":9000}""", null)]
    [InlineData(PressureLevel.Moderate, """{"model":"m","max_tokens":9000}""", null)]
    [InlineData(PressureLevel.High, """{"model":"m","max_tokens":512}""", 512)]
    [InlineData(PressureLevel.Critical, """{"model":"m","max_tokens":512}""", 512)]
    public async Task Under_pressure_an_answer_is_capped_as_the_model_says(object level, string sent, int? told)
    {
        var (body, cap) = await Prepared(Capped, _ => (PressureLevel)level);
        body.ShouldBe(sent);
        cap.ShouldBe(told);
    }

    [Fact]
    public async Task An_engine_that_knows_the_model_by_another_name_is_asked_by_that() =>
        (await Prepared(Plain with { AskedAs = "default_model" }, _ => PressureLevel.Normal)).Body.ShouldBe("""{"model":"default_model","max_tokens":9000}""");

    [Fact]
    public async Task A_model_without_caps_asks_for_no_pressure()
    {
        var (body, cap) = await Prepared(Plain, _ => throw new InvalidOperationException("asked"));
        body.ShouldBe("""{"model":"m","max_tokens":9000}""");
        cap.ShouldBeNull();
    }

    [Fact]
    public async Task Where_answers_have_no_length_nothing_is_capped() => (await Prepared(Capped, null)).Cap.ShouldBeNull();

    [Fact]
    public async Task Who_asks_for_less_is_told_of_no_cap() => (await Prepared(Capped, _ => PressureLevel.Critical, """{"model":"m","max_tokens":9}""")).Cap.ShouldBeNull();

    [Fact]
    public async Task An_engine_is_asked_for_the_model_by_its_own_name_for_it() =>
        (await Prepared(Plain with { AskedAs = "/models/m" }, null)).Body.ShouldBe("""{"model":"/models/m","max_tokens":9000}""");

    private async Task<(string Body, int? Cap)> Prepared(ModelSpec model, Func<ModelSpec, PressureLevel>? pressure, string sent = """{"model":"m","max_tokens":9000}""")
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(sent));
        using var request = new Journal(TimeProvider.System).Begin(http);
        (await Peek.AtAsync(http, 10_000, request)).Holds(out var peeked, out _).ShouldBeTrue();
        using (peeked.Body)
        {
            var route = InferRoutes.All.Single(route => route.Path == (pressure is null ? InferRoutes.Embeddings : InferRoutes.Chat));
            var limits = new IngressOptions(10_000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), pressure ?? (_ => throw new InvalidOperationException("asked")));
            (await Preparing.With(_host).RequestAsync(route, new Resolved(peeked, model, Priority.Medium), http, request, limits)).Holds(out var prepared, out _).ShouldBeTrue();
            var forward = prepared.Plan.ShouldBeOfType<Plan.Forward>();
            return (await forward.Passage.Body.ToContent().ReadAsStringAsync(), forward.MaxTokens);
        }
    }
}
