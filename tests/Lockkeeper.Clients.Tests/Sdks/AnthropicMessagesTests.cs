using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>What else users of Anthropic's SDK for .NET do.</summary>
public sealed class AnthropicMessagesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unknown_model_is_its_own_exception(bool stream)
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        var refused = await Should.ThrowAsync<AnthropicNotFoundException>(() => new AnthropicMessages().AskAsync(router.BaseAddress, "demo-gide", "hello", stream));
        ((int)refused.StatusCode).ShouldBe(404);
        refused.ResponseBody.ShouldContain("not_found_error");
        refused.ResponseBody.ShouldContain(RouterUnderTest.Guide);
    }

    [Fact]
    public async Task A_request_out_of_bounds_is_its_own_exception()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        using var client = AnthropicMessages.Client(router.BaseAddress);
        var request = AnthropicMessages.Request(RouterUnderTest.Guide, AnthropicMessages.User("hello")) with { MaxTokens = 0 };
        var refused = await Should.ThrowAsync<AnthropicBadRequestException>(() => client.Messages.Create(request));
        refused.ResponseBody.ShouldContain("invalid_request_error");
        refused.ResponseBody.ShouldContain("max_tokens");
    }

    [Fact]
    public async Task Tokens_are_counted_as_the_engine_counts_them()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        await router.LoadAsync(RouterUnderTest.Guide); // nothing is loaded to count: it would be estimated
        using var client = AnthropicMessages.Client(router.BaseAddress);
        var request = AnthropicMessages.Request(RouterUnderTest.Guide, AnthropicMessages.User("What is 2+2?"));
        var counted = await client.Messages.CountTokens(new MessageCountTokensParams { Model = request.Model.Raw(), Messages = request.Messages });
        var answer = await client.Messages.Create(request);
        counted.InputTokens.ShouldBe(answer.Usage.InputTokens);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_late_model_is_waited_for(bool stream)
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        await router.LoadAsync(RouterUnderTest.Poet);
        var (text, _) = await new AnthropicMessages().AskAsync(router.BaseAddress, "late-guide", "What is 2+2?", stream);
        text.Trim().ShouldBe("2 + 2 = 4");
    }
}
