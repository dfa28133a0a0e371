using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;
using OpenAI.Embeddings;
using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>What else users of OpenAI's SDK for .NET do.</summary>
public sealed class OpenAiChatTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unknown_model_is_an_exception_with_status_and_code(bool stream)
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        var refused = await Should.ThrowAsync<ClientResultException>(() => new OpenAiChat().AskAsync(router.BaseAddress, "demo-gide", "hello", stream));
        refused.Status.ShouldBe(404);
        refused.Message.ShouldContain("model_not_found");
        refused.Message.ShouldContain(RouterUnderTest.Guide);
    }

    [Fact]
    public async Task A_stream_that_waits_for_a_late_model_reads_as_any_other()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        await router.LoadAsync(RouterUnderTest.Poet);
        var (text, _) = await new OpenAiChat().AskAsync(router.BaseAddress, "late-guide", "What is 2+2?", stream: true);
        text.Trim().ShouldBe("2 + 2 = 4");
    }

    [Fact]
    public async Task An_answer_in_one_piece_that_waits_for_a_late_model_reads_as_any_other()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        await router.LoadAsync(RouterUnderTest.Poet);
        var (text, _) = await new OpenAiChat().AskAsync(router.BaseAddress, "late-guide", "What is 2+2?", stream: false);
        text.Trim().ShouldBe("2 + 2 = 4");
    }

    [Fact]
    public async Task Leaving_in_mid_stream_frees_the_engine()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        await router.LoadAsync("marathon");
        var entries = await router.WatchAsync(async () =>
        {
            using var leave = new CancellationTokenSource();
            await Should.ThrowAsync<OperationCanceledException>(async () =>
            {
                await foreach (var _ in OpenAiChat.Client(router.BaseAddress).GetChatClient("marathon").CompleteChatStreamingAsync([new UserChatMessage("Tick.")], cancellationToken: leave.Token))
                {
                    await leave.CancelAsync();
                }
            });
        });
        entries.ShouldHaveSingleItem().GetProperty("outcome").GetString().ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_schema_is_kept_to()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        var schema = """{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"],"additionalProperties":false}""";
        var options = new ChatCompletionOptions
        {
            MaxOutputTokenCount = 64,
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("sum", BinaryData.FromString(schema), jsonSchemaIsStrict: true),
        };
        var answer = await OpenAiChat.Client(router.BaseAddress).GetChatClient(RouterUnderTest.Guide).CompleteChatAsync([new UserChatMessage("What is 2+2?")], options);
        JsonElement.Parse(answer.Value.Content[0].Text).GetProperty("sum").TryGetInt64(out _).ShouldBeTrue(answer.Value.Content[0].Text);
    }

    [Fact]
    public async Task There_is_a_vector_for_each_input()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        OpenAIEmbeddingCollection vectors = await OpenAiChat.Client(router.BaseAddress).GetEmbeddingClient(RouterUnderTest.Embedder).GenerateEmbeddingsAsync(["rain", "the capital of France"]);
        vectors.Count.ShouldBe(2);
        vectors[0].ToFloats().Length.ShouldBeGreaterThan(1);
        vectors[0].ToFloats().ToArray().ShouldNotBe(vectors[1].ToFloats().ToArray());
        vectors.Usage.InputTokenCount.ShouldBeGreaterThan(0);
    }
}
