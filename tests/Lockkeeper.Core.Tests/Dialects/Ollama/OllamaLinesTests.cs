using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaLinesTests
{
    [Theory]
    [InlineData(OllamaSurface.Chat, false, """{"model":"m","created_at":"1970-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"load"}""")]
    [InlineData(OllamaSurface.Generate, true, """{"model":"m","created_at":"1970-01-01T00:00:00Z","response":"","done":true,"done_reason":"unload"}""")]
    [InlineData(OllamaSurface.Embed, false, """{"model":"m","embeddings":[]}""")]
    [InlineData(OllamaSurface.OldEmbed, true, """{"embedding":[]}""")]
    internal void A_model_that_was_loaded_or_unloaded_is_told_in_the_form_of_the_place(OllamaSurface surface, bool unload, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        OllamaRequest.Wish request = unload ? new OllamaRequest.Unload("m", surface) : new OllamaRequest.Load("m", surface);
        OllamaLines.WriteLoad(request, new AnswerNaming("m", "r", DateTimeOffset.UnixEpoch), AnswerClock.Stopped, output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(expected);
    }
}
