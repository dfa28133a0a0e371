using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Dialects.Query;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class TranslationTests
{
    private const string Chat = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";
    private const string Messages = """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""";

    private static readonly IngressOptions Limits = new(10_000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), _ => default);

    private static readonly ModelSpec Plain = new() { Id = new ModelId("m"), Engine = new EngineSpec { Name = "e", Command = [] } };

    [Theory]
    [InlineData("/v1/chat/completions", Chat, EngineDialect.Openai)]
    [InlineData("/v1/responses", """{"model":"m","input":"hi"}""", EngineDialect.Responses)]
    [InlineData("/v1/messages", Messages, EngineDialect.Anthropic)]
    [InlineData("/api/chat", Chat, EngineDialect.Ollama)]
    [InlineData("/api/generate", """{"model":"m","prompt":"hi"}""", EngineDialect.Ollama)]
    public async Task What_an_engine_speaks_passes_as_bytes(string route, string body, object native)
    {
        var passage = await PassageAsync(route, body, Plain, EngineDialect.Openai, (EngineDialect)native);
        passage.IsNative.ShouldBeTrue();
        passage.Path.ShouldBe(route);
        passage.Answer.ShouldBeOfType<PassedForm>();
        Encoding.UTF8.GetString(passage.Body.Bytes).ShouldBe(body);
    }

    [Theory]
    [InlineData("/v1/responses", """{"model":"m","input":"hi"}""")]
    [InlineData("/v1/messages", Messages)]
    [InlineData("/api/chat", Chat)]
    [InlineData("/api/generate", """{"model":"m","prompt":"hi"}""")]
    [InlineData("/v1/query", """{"model":"m","prompt":"hi"}""")]
    public async Task What_an_engine_does_not_speak_is_asked_as_an_OpenAI_chat(string route, string body)
    {
        var passage = await PassageAsync(route, body, Plain, EngineDialect.Openai);
        passage.IsNative.ShouldBeFalse();
        passage.Path.ShouldBe("/v1/chat/completions");
        passage.Answer.ShouldBeOfType<ToldForm>();
        JsonElement.Parse(Encoding.UTF8.GetString(passage.Body.Bytes)).GetProperty("messages")[0].GetProperty("content").GetString().ShouldBe("hi");
    }

    [Theory]
    [InlineData(EngineDialect.Anthropic, "/v1/messages")]
    [InlineData(EngineDialect.Ollama, "/api/chat")]
    public async Task An_engine_that_speaks_one_dialect_alone_is_asked_in_that(object only, string path) =>
        (await PassageAsync("/v1/chat/completions", Chat, Plain, (EngineDialect)only)).Path.ShouldBe(path);

    [Fact]
    public async Task A_model_that_leaks_is_asked_in_the_words_in_which_that_can_be_mended()
    {
        var leaks = Plain with { Leaks = new LeakPlan { Tools = ToolDialect.Hermes } };
        (await PassageAsync("/v1/messages", Messages, leaks, EngineDialect.Openai, EngineDialect.Anthropic)).Path.ShouldBe("/v1/chat/completions");

        // A chat without tools has nothing to leak, and its bytes stay what they are.
        (await PassageAsync("/v1/chat/completions", Chat, leaks, EngineDialect.Openai)).Answer.ShouldBeOfType<PassedForm>();
        var withTools = Chat.Replace("""{"model":"m",""", """{"model":"m","tools":[{"type":"function","function":{"name":"f"}}],""", StringComparison.Ordinal);
        var passage = await PassageAsync("/v1/chat/completions", withTools, leaks, EngineDialect.Openai);
        passage.Answer.ShouldBeOfType<ToldForm>();
        Encoding.UTF8.GetString(passage.Body.Bytes).ShouldBe(withTools, "the request itself is the client's own");
    }

    [Theory]
    [InlineData("/v1/chat/completions", Chat, EngineDialect.Openai)]
    [InlineData("/v1/messages", Messages, EngineDialect.Anthropic)]
    public async Task A_byte_order_mark_is_read_over_and_not_passed_on(string route, string body, object spoken)
    {
        var passage = await PassageAsync(route, "\ufeff" + body, Plain, (EngineDialect)spoken);
        passage.IsNative.ShouldBeTrue();
        Encoding.UTF8.GetString(passage.Body.Bytes).ShouldBe(body);
    }

    [Fact]
    public async Task A_picture_for_a_local_engine_goes_where_it_is_looked_at_and_for_a_cloud_as_it_is()
    {
        const string Picture = """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"http://x/a.png"}}]}]}""";
        (await PassageAsync("/v1/messages", Picture, Plain, EngineDialect.Openai, EngineDialect.Anthropic)).Path.ShouldBe("/v1/chat/completions");
        var cloud = Plain with { Engine = Plain.Engine with { Lifecycle = Lifecycle.Cloud } };
        (await PassageAsync("/v1/messages", Picture, cloud, EngineDialect.Openai, EngineDialect.Anthropic)).IsNative.ShouldBeTrue();
    }

    [Fact]
    public async Task A_stream_as_one_object_is_asked_for_in_one_piece()
    {
        var passage = await PassageAsync("/v1/chat/completions", """{"stream":true,"model":"m","messages":[{"role":"user","content":"hi"}]}""", Plain with { StreamingFormat = StreamingFormat.JsonArray }, EngineDialect.Openai);
        passage.Stream.ShouldBeFalse();
        JsonElement.Parse(Encoding.UTF8.GetString(passage.Body.Bytes)).GetProperty("stream").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData(StreamingFormat.Sse, true, "text/event-stream")]
    [InlineData(StreamingFormat.JsonLines, true, "application/x-ndjson")]
    [InlineData(StreamingFormat.JsonArray, false, "application/json")]
    public async Task A_stream_has_the_form_that_is_wanted_whatever_its_engine_speaks(object form, bool stream, string contentType)
    {
        var model = Plain with { StreamingFormat = (StreamingFormat)form, StreamChunkTokens = 2 };
        foreach (var spoken in (EngineDialect[])[EngineDialect.Openai, EngineDialect.Anthropic, EngineDialect.Ollama])
        {
            var passage = await PassageAsync("/v1/chat/completions", """{"stream":true,"model":"m","messages":[{"role":"user","content":"hi"}]}""", model, spoken);
            passage.Stream.ShouldBe(stream, $"{spoken}");
            passage.Answer.ShouldBeOfType<ToldForm>().ContentType.ShouldBe(contentType, $"{spoken}");
        }
    }

    [Fact]
    public async Task What_cannot_be_said_to_an_engine_is_refused_with_what_it_speaks()
    {
        var error = await RefusalAsync("/v1/completions", """{"model":"m","prompt":"hi"}""", EngineDialect.Anthropic);
        error.Status.ShouldBe(501);
        error.Message.ShouldContain("anthropic");
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"m"}""", "Load")]
    [InlineData("/api/chat", """{"model":"m","messages":[],"keep_alive":"0s"}""", "Unload")]
    [InlineData("/api/generate", """{"model":"m","keep_alive":0}""", "Unload")]
    [InlineData("/api/generate", """{"model":"m","prompt":"","keep_alive":"5m"}""", "Load")]
    [InlineData("/api/embed", """{"model":"m","input":[]}""", "Load")]
    [InlineData("/api/embeddings", """{"model":"m","prompt":null,"keep_alive":0}""", "Unload")]
    [InlineData("/api/generate", """{"model":"m","keep_alive":0,"messages":[1],"input":"x"}""", "Unload")]
    [InlineData("/api/chat", """{"model":"m","keep_alive":0,"prompt":"x"}""", "Unload")]
    public async Task A_word_on_the_model_itself_asks_no_engine_whatever_it_speaks(string route, string body, string wish)
    {
        foreach (var spoken in (EngineDialect[][])[[EngineDialect.Openai], [EngineDialect.Ollama], [EngineDialect.Openai, EngineDialect.Ollama]])
        {
            (await PlanAsync(route, body, Plain, [.. spoken])).ShouldBeOfType<Plan.Wish>(string.Join('+', spoken)).Request.GetType().Name.ShouldBe(wish);
        }
    }

    [Theory]
    [InlineData("/api/generate", """{"model":"m","prompt":"x","prompt":"","keep_alive":0}""")]
    [InlineData("/api/generate", """{"model":"m","prompt":"x","PROMPT":"","keep_alive":0}""")]
    [InlineData("/api/generate", """{"model":"m","prompt":"","suffix":"x","keep_alive":0}""")]
    [InlineData("/api/chat", """{"model":"m","messages":[{"role":"user","content":"x"}],"messages":[],"keep_alive":0}""")]
    public async Task An_engine_that_might_find_that_nothing_is_said_has_not_the_bytes_of_the_client(string route, string body) =>
        ((await OfAsync(route, body, Plain, [EngineDialect.Openai, EngineDialect.Ollama])).Holds(out var plan, out _) && plan is Plan.Forward { Passage.IsNative: true }).ShouldBeFalse();

    [Fact]
    public async Task The_tokens_of_a_chat_are_counted_and_no_engine_is_asked_for_an_answer() =>
        (await PlanAsync("/v1/messages/count_tokens", Messages, Plain, EngineDialect.Anthropic)).ShouldBeOfType<Plan.Count>().Turn.Messages.Length.ShouldBe(1);

    [Fact]
    public async Task A_query_is_waited_for_as_long_as_it_says_whoever_answers_it()
    {
        const string Query = """{"model":"m","prompt":"hi","timeout":7}""";
        (await PlanAsync("/v1/query", Query, Plain, EngineDialect.Openai)).Timeout.ShouldBe(TimeSpan.FromSeconds(7));

        var asked = await ConversationAsync("/v1/query", Query, Plain);
        QueryRequestReader.Read(asked.Body).Holds(out var chat, out _).ShouldBeTrue();
        Plan.Asked(asked, chat!, new ClaudeCommand("/nowhere/claude", TimeSpan.FromMinutes(3), TimeProvider.System), Limits).Timeout.ShouldBe(TimeSpan.FromSeconds(7));
    }

    private static async Task<Passage> PassageAsync(string route, string body, ModelSpec model, params ImmutableArray<EngineDialect> spoken) =>
        (await PlanAsync(route, body, model, spoken)).ShouldBeOfType<Plan.Forward>().Passage;

    private static async Task<Plan> PlanAsync(string route, string body, ModelSpec model, params ImmutableArray<EngineDialect> spoken)
    {
        (await OfAsync(route, body, model, spoken)).Holds(out var plan, out var error).ShouldBeTrue(error?.Message);
        return plan!;
    }

    private static async Task<RouterError> RefusalAsync(string route, string body, params ImmutableArray<EngineDialect> spoken) => (await OfAsync(route, body, Plain, spoken)).Error.ShouldNotBeNull();

    private static async Task<Checked<Plan>> OfAsync(string path, string body, ModelSpec model, ImmutableArray<EngineDialect> spoken) =>
        new Translation(_ => spoken, TimeProvider.System).Of(await ConversationAsync(path, body, model), Limits);

    private static async Task<Conversation> ConversationAsync(string path, string body, ModelSpec model)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        using var request = new Journal(TimeProvider.System).Begin(http);
        var route = InferRoutes.All.Single(route => route.Path == path);
        (await Peek.AtAsync(http, 10_000, request, route.DefaultModel)).Holds(out var peeked, out var error).ShouldBeTrue(error?.Message);
        var stream = peeked.Facts.StreamAsked ?? route.StreamsByDefault;
        return new Conversation(route, model, peeked, stream, new ArrayBufferWriter<byte>(), new AnswerNaming("m", "r", DateTimeOffset.UnixEpoch)) { Format = model.StreamingFormat };
    }
}
