using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class RouteDialectTests
{
    [Theory]
    [InlineData("/api/chat", Dialect.Ollama)]
    [InlineData("/API/nothing", Dialect.Ollama)]
    [InlineData("/apiary", Dialect.OpenAi)]
    [InlineData("/v1/messages/count_tokens", Dialect.Anthropic)]
    [InlineData("/v1/responses", Dialect.Responses)]
    [InlineData("/v1/query", Dialect.Query)]
    [InlineData("/v1/queue/status", Dialect.OpenAi)]
    [InlineData("/", Dialect.OpenAi)]
    public void An_error_has_the_shape_of_the_api_whose_path_it_is(string path, object dialect) => RouteDialect.Of(path).ShouldBe((Dialect)dialect);
}
