using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaGenerateReaderTests
{
    [Fact]
    public void A_prompt_is_a_chat_of_one_question()
    {
        var turn = Read("""{"model":"m","prompt":"What?","system":"S","images":["R0lGODlhAQ"],"think":true,"options":{"seed":1},"template":"","context":[]}""").ShouldBeOfType<OllamaRequest.Chat>().Asked.Turn;
        turn.Messages.ShouldBe(
        [
            new ChatMessage(ChatRole.System, [new ChatPart.Text("S")]),
            new ChatMessage(ChatRole.User, [new ChatPart.Media("data:image/gif;base64,R0lGODlhAQ"), new ChatPart.Text("What?")]),
        ]);
        (turn.Stream, turn.Thinking, turn.Sampling.Seed).ShouldBe((true, new Thinking(true), 1));
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"def f(","suffix":"return","stream":false,"options":{"num_predict":9}}""", "return")]
    [InlineData("""{"model":"m","prompt":"def f(","raw":true,"stream":false,"options":{"num_predict":9}}""", null)]
    public void A_text_to_go_on_with_is_no_chat(string body, string? suffix)
    {
        var turn = Read(body).ShouldBeOfType<OllamaRequest.Completion>().Turn;
        (turn.Prompt, turn.Suffix, turn.Stream, turn.MaxTokens).ShouldBe(("def f(", suffix, false, 9));
    }

    [Theory]
    [InlineData("""{"model":"m"}""", typeof(OllamaRequest.Load))]
    [InlineData("""{"model":"m","prompt":"","keep_alive":-1}""", typeof(OllamaRequest.Load))]
    [InlineData("""{"model":"m","keep_alive":"0s"}""", typeof(OllamaRequest.Unload))]
    public void Without_a_prompt_it_is_about_the_model(string body, Type kind) => Read(body).GetType().ShouldBe(kind);

    [Theory]
    [InlineData("""{"model":"m","prompt":"a","template":"{{ .Prompt }}"}""", "'template' is not supported: the engine uses the model's own. Set raw to true and send a prompt that is complete.")]
    [InlineData("""{"model":"m","prompt":"a","context":[1,2]}""", "'context' is not supported: no conversation is kept here. Send it to /api/chat, as messages.")]
    [InlineData("""{"model":"m","prompt":"a","raw":true,"images":["R0lGODlhAQ"]}""", "'images' stand beside a prompt without a template, which has no place for them; leave out raw and suffix.")]
    [InlineData("""{"model":"m","prompt":7}""", "'prompt' must be a string, not 7.")]
    public void What_cannot_be_done_is_refused(string body, string message)
    {
        OllamaGenerateReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();
        error!.Message.ShouldBe(message);
    }

    private static OllamaRequest Read(string body)
    {
        OllamaGenerateReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }
}
