using System.ClientModel;
using OpenAI.Responses;
using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>What else users of responses do in OpenAI's SDK for .NET.</summary>
public sealed class OpenAiResponsesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unknown_model_is_an_exception_with_its_status(bool stream)
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        var refused = await Should.ThrowAsync<ClientResultException>(() => new OpenAiResponses().AskAsync(router.BaseAddress, "demo-gide", "hello", stream));
        refused.Status.ShouldBe(404);
        refused.Message.ShouldContain("model_not_found");
    }

    [Fact]
    public async Task A_choice_of_a_tool_that_is_not_here_is_an_exception_that_says_so()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        var request = OpenAiResponses.Request(RouterUnderTest.Guide, ResponseItem.CreateUserMessageItem("hello"));
        request.Tools.Add(ResponseTool.CreateWebSearchTool());
        request.ToolChoice = ResponseToolChoice.CreateWebSearchChoice();
        var refused = await Should.ThrowAsync<ClientResultException>(() => OpenAiResponses.Client(router.BaseAddress).CreateResponseAsync(request));
        refused.Status.ShouldBe(400);
        refused.Message.ShouldContain("tool_choice.type");
    }

    [Fact]
    public async Task Tokens_are_counted()
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        ResponseResult response = await OpenAiResponses.Client(router.BaseAddress).CreateResponseAsync(OpenAiResponses.Request(RouterUnderTest.Guide, ResponseItem.CreateUserMessageItem("What is 2+2?")));
        response.Usage.InputTokenCount.ShouldBeGreaterThan(0);
        response.Usage.TotalTokenCount.ShouldBe(response.Usage.InputTokenCount + response.Usage.OutputTokenCount);
        response.Status.ShouldBe(ResponseStatus.Completed);
        response.Model.ShouldBe(RouterUnderTest.Guide);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_late_model_is_waited_for(bool stream)
    {
        var router = await (await Fixture.RunAsync()).RouterAsync();
        await router.LoadAsync(RouterUnderTest.Poet);
        var (text, _) = await new OpenAiResponses().AskAsync(router.BaseAddress, "late-guide", "What is 2+2?", stream);
        text.Trim().ShouldBe("2 + 2 = 4");
    }
}
