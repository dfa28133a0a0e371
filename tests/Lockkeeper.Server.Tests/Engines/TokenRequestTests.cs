using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class TokenRequestTests
{
    [Fact]
    public void A_chat_model_generates_and_an_embedding_model_embeds()
    {
        var chat = TokenRequest.For(Model(ModelType.Chat), 7).ShouldNotBeNull();
        chat.Path.ShouldBe("/v1/chat/completions");
        JsonElement.Parse(chat.Body.Span).GetProperty("max_tokens").GetInt32().ShouldBe(7);
        JsonElement.Parse(chat.Body.Span).GetProperty("model").GetString().ShouldBe("a \"b\"");
        var embedding = TokenRequest.For(Model(ModelType.Embedding), 7).ShouldNotBeNull();
        (embedding.Path, JsonElement.Parse(embedding.Body.Span).TryGetProperty("max_tokens", out _)).ShouldBe(("/v1/embeddings", false));
        TokenRequest.For(Model(ModelType.Rerank), 1)!.Path.ShouldBe("/v1/rerank");
        TokenRequest.For(Model(ModelType.Speech), 1).ShouldBeNull();
    }

    [Fact]
    public void The_model_is_called_what_its_engine_calls_it()
    {
        foreach (var type in (ModelType[])[ModelType.Chat, ModelType.Embedding, ModelType.Rerank])
        {
            var asked = TokenRequest.For(Model(type) with { AskedAs = "default_model" }, 1).ShouldNotBeNull();
            JsonElement.Parse(asked.Body.Span).GetProperty("model").GetString().ShouldBe("default_model");
        }
    }

    private static ModelSpec Model(ModelType type) => new() { Id = new ModelId("a \"b\""), Type = type, Engine = new EngineSpec { Name = "e", Command = ["e"] } };
}
