using System.Collections.Immutable;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Server.Tests.Scheduling;
using Lockkeeper.Testing;
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

    [Theory]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"LINK"}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"\u0069mage","source":{"type":"url","url":"LINK"}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"LINK"}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"LINK"}}]}]}""", EngineDialect.Ollama)]
    [InlineData("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"LINK"}]}]}""", EngineDialect.Responses)]
    [InlineData("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_url":"LINK"}]}]}""", EngineDialect.Responses)]
    [InlineData("/v1/embeddings", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"LINK"}}]}]}""", EngineDialect.Openai)]
    [InlineData("/v1/rerank", """{"model":"m","query":{"content":[{"type":"image_url","image_url":{"url":"LINK"}}]},"documents":["a"]}""", EngineDialect.Openai)]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a",{"content":[{"type":"image_url","image_url":{"url":"LINK"}}]}]}""", EngineDialect.Openai)]
    [InlineData("/tokenize", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"LINK"}}]}]}""", EngineDialect.Openai)]
    public async Task A_link_reaches_no_local_engine_whatever_that_speaks(string path, string body, object only)
    {
        var refused = (await AskedAsync(path, body.Replace("LINK", "http://169.254.169.254/a.png"), Speaking(only))).Refused.ShouldNotBeNull("the engine would fetch it with rights that the client does not have");
        (refused.Status, refused.Code).ShouldBe((400, "invalid_value"));
        refused.Message.ShouldContain("fetch_images");

        var fetching = await AskedAsync(path, body.Replace("LINK", "http://169.254.169.254/a.png"), Speaking(only) with { FetchImages = true });
        fetching.Refused.ShouldBeOfType<RouterError.LinkNotFetched>("that is no address of the public internet");
    }

    [Theory]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"?"},{"role":"assistant","content":[{"type":"web_fetch_tool_result","tool_use_id":"t","content":{"content":{"type":"document","source":{"type":"url","url":"LINK"}}}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"?"},{"type":"browser_state","image":{"url":"LINK"}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}],"messages":[{"role":"user","content":"?"}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"LINK"},"type":"text","text":"?"}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/v1/responses", """{"model":"m","input":[{"role":"user","content":"?"},{"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"LINK"}}]}""", EngineDialect.Responses)]
    [InlineData("/v1/responses", """{"model":"m","input":"?","tools":[{"type":"image_generation","input_image_mask":{"image_url":"LINK"}}]}""", EngineDialect.Responses)]
    [InlineData("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"LINK"}]}],"input":"?"}""", EngineDialect.Responses)]
    [InlineData("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"LINK","image_url":"data:image/png;base64,PNG"}]}]}""", EngineDialect.Responses)]
    [InlineData("/v1/embeddings", """{"model":"m","input":[{"text":"?","image":"LINK"}]}""", EngineDialect.Openai)]
    [InlineData("/v1/embeddings", """{"model":"m","input":{"video":{"url":"LINK"}}}""", EngineDialect.Openai)]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":[{"image":"LINK"}]}""", EngineDialect.Openai)]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"LINK","format":"wav"}}]}]}""", EngineDialect.Openai)]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":[{"type":"image","image":"LINK"}]}]}""", EngineDialect.Openai)]
    public async Task Nor_does_one_in_a_place_that_is_passed_over(string path, string body, object only)
    {
        var whole = body.Replace("LINK", "http://169.254.169.254/a.png").Replace("PNG", Convert.ToBase64String(ImageBytes.Png(30, 20)));
        var (sent, refused) = await AskedAsync(path, whole, Speaking(only) with { FetchImages = true });
        (sent ?? refused!.Code).ShouldNotContain("169.254");
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"model":"m","input":[{"text":"http://a/b","image":"iVBORw0KGgo="},"image"]}""")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}}]},{"role":"assistant","audio":{"id":"audio_1"}}]}""")]
    public async Task Content_where_a_link_could_stand_passes_byte_for_byte(string path, string body) =>
        (await AskedAsync(path, body, Speaking(EngineDialect.Openai))).Sent.ShouldBe(body);

    [Theory]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"system":"s","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"?"},{"type":"image","source":{"type":"url","url":"http://a"}}]}]}]}""", EngineDialect.Anthropic, "messages[0].content[0].content[1]")]
    [InlineData("/v1/responses", """{"model":"m","instructions":"s","input":[{"role":"user","content":[{"type":"input_image","image_url":"http://a"}]}]}""", EngineDialect.Responses, "input[0].content[0]")]
    public async Task An_image_at_fault_is_named_by_its_place_in_what_the_client_wrote(string path, string body, object only, string place) =>
        (await AskedAsync(path, body, Speaking(only))).Refused.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(place);

    [Theory]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PNG"}},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PNG"}}]}]}""", EngineDialect.Anthropic)]
    [InlineData("/api/chat", """{"model":"m","messages":[{"role":"user","content":"?","images":["PNG","PNG"]}]}""", EngineDialect.Ollama)]
    [InlineData("/api/generate", """{"model":"m","prompt":"?","images":["PNG","PNG"]}""", EngineDialect.Ollama)]
    [InlineData("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,PNG"},{"type":"input_image","image_url":"data:image/png;base64,PNG"}]}]}""", EngineDialect.Responses)]
    public async Task Limits_of_images_hold_whatever_an_engine_speaks(string path, string body, object only)
    {
        var png = Convert.ToBase64String(ImageBytes.Png(30, 20));
        var model = Speaking(only);
        (await AskedAsync(path, body.Replace("PNG", png), model)).Sent.ShouldNotBeNull().Contains(png, StringComparison.Ordinal).ShouldBeTrue("an image that is fit reaches the engine");
        (await AskedAsync(path, body.Replace("PNG", png), model with { Media = new MediaConfig { MaxImages = 1 } })).Refused.ShouldBeOfType<RouterError.MediaTooLarge>().Message.ShouldContain("max_images");
        (await AskedAsync(path, body.Replace("PNG", png), model with { Media = new MediaConfig { MaxPixels = 599 } })).Refused.ShouldBeOfType<RouterError.MediaTooLarge>().Message.ShouldContain("max_pixels");
        (await AskedAsync(path, body.Replace("PNG", png), model with { Capabilities = [Capability.Chat] })).Refused.ShouldBeOfType<RouterError.VisionUnsupported>();
    }

    [Fact]
    public async Task A_text_that_only_speaks_of_images_passes_byte_for_byte()
    {
        const string Text = """{"model":"m","max_tokens":5,"x":1,"messages":[{"role":"user","content":[{"type":"text","text":"image"}]}],"tools":[{"name":"t","input_schema":{"type":"object","properties":{"image":{"type":"string"},"image_url":{"type":"string"}}}}]}""";
        (await AskedAsync("/v1/messages", Text, Speaking(EngineDialect.Anthropic))).Sent.ShouldBe(Text);
    }

    private static ModelSpec Speaking(object only) => Plain with { Engine = Plain.Engine with { Dialects = [(EngineDialect)only] } };

    private async Task<(string? Sent, RouterError? Refused)> AskedAsync(string path, string sent, ModelSpec model)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(sent));
        using var request = new Journal(TimeProvider.System).Begin(http);
        (await Peek.AtAsync(http, 10_000, request)).Holds(out var peeked, out _).ShouldBeTrue();
        using (peeked.Body)
        {
            var limits = new IngressOptions(10_000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), _ => PressureLevel.Normal);
            var route = InferRoutes.All.Single(route => route.Path == path);
            return (await Preparing.With(_host).RequestAsync(route, new Resolved(peeked, model, Priority.Medium), http, request, limits)).Holds(out var prepared, out var refused)
                ? (await prepared.Plan.ShouldBeOfType<Plan.Forward>().Passage.Body.ToContent().ReadAsStringAsync(), null)
                : (null, refused);
        }
    }

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
