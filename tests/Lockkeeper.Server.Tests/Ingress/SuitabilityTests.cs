using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class SuitabilityTests
{
    [Theory]
    [InlineData(ModelType.Chat, "/v1/chat/completions", true)]
    [InlineData(ModelType.Chat, "/v1/messages", true)]
    [InlineData(ModelType.Chat, "/api/generate", true)]
    [InlineData(ModelType.Embedding, "/v1/chat/completions", false)]
    [InlineData(ModelType.Embedding, "/api/chat", false)]
    [InlineData(ModelType.Embedding, "/v1/responses", false)]
    [InlineData(ModelType.Embedding, "/v1/embeddings", true)]
    [InlineData(ModelType.Embedding, "/api/embed", true)]
    [InlineData(ModelType.Embedding, "/v1/rerank", false)]
    [InlineData(ModelType.Rerank, "/rerank", true)]
    [InlineData(ModelType.Transcription, "/v1/audio/transcriptions", true)]
    [InlineData(ModelType.Transcription, "/v1/completions", false)]
    [InlineData(ModelType.Embedding, "/tokenize", true)]
    public void A_route_is_for_models_of_its_kind(object type, string route, bool fits) =>
        (Suitability.WhyNot(Model((ModelType)type), Route(route)) is null).ShouldBe(fits);

    [Fact]
    public void What_an_engine_cannot_do_none_of_its_models_can()
    {
        Suitability.WhyNot(Model(ModelType.Chat, Capability.Chat), Route("/v1/completions")).ShouldBeOfType<RouterError.ModelUnsuited>().Message.ShouldContain("can only do chat");
        Suitability.WhyNot(Model(ModelType.Chat, Capability.Chat, Capability.Completion), Route("/v1/completions")).ShouldBeNull();
    }

    [Fact]
    public void A_chat_model_embeds_where_its_engine_does_that_with_any_model()
    {
        Suitability.WhyNot(Model(ModelType.Chat, Capability.Chat, Capability.Embedding), Route("/v1/embeddings")).ShouldBeNull();
        Suitability.WhyNot(Model(ModelType.Chat, Capability.Chat), Route("/v1/embeddings")).ShouldNotBeNull();
    }

    private static InferRoute Route(string path) => InferRoutes.All.Single(route => route.Path == path);

    private static ModelSpec Model(ModelType type, params ImmutableArray<Capability> able) => new()
    {
        Id = new ModelId("m"),
        Type = type,
        Engine = new EngineSpec { Name = "e", Command = [], Capabilities = able },
    };
}
