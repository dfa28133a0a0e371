using System.Text;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class SseScannerTests
{
    private const string Stream =
        """
        data: {"choices":[{"delta":{"content":"\"completion_tokens\": 99, \"prompt_tokens\":98,"}}]}

        data: {"choices":[],"usage":{"prompt_tokens": 12, "completion_tokens" :345,"total_tokens":357}}

        data: [DONE]


        """;

    [Fact]
    public void Any_cut_gives_the_same_figures()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream.ReplaceLineEndings("\n"));
        for (var size = 1; size <= bytes.Length; size++)
        {
            var scanner = new SseScanner();
            for (var at = 0; at < bytes.Length; at += size)
            {
                scanner.Observe(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
            }

            scanner.PromptTokens.ShouldBe(12, $"in pieces of {size}");
            scanner.CompletionTokens.ShouldBe(345, $"in pieces of {size}");
            scanner.AtEventBoundary.ShouldBeTrue($"in pieces of {size}");
        }
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", false, true)]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n", true, true)]
    [InlineData("data: [DONE]\n\n", true, true)]
    [InlineData("event: message_stop\ndata: {\"type\": \"message_stop\"}\n\n", true, true)]
    [InlineData("event: response.incomplete\ndata: {\"type\":\"response.incomplete\"}\n\n", true, true)]
    [InlineData("event: response.completed\ndata: {\"type\":\"response.completed\"}\n\n", true, true)]
    [InlineData("{\"model\":\"m\",\"done\": true}\n", true, true)]
    [InlineData("data: {\"error\":{\"message\":\"no\"}}\n\n", true, true)]
    [InlineData("event: error\ndata: {\"type\":\"error\"}\n\n", true, true)]
    [InlineData("{\"error\":\"no\"}\n", true, true)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"data: [DONE] \\\"done\\\":true\"},\"finish_reason\":null}]}\n\n", false, false)]
    [InlineData("{\"model\":\"m\",\"done\":false}\n", false, false)]
    [InlineData("event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"error\":null}}\n\n", false, false)]
    public void The_end_of_a_stream_is_seen_in_every_dialect(string stream, bool hasEnded, bool isFinished)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var scanner = new SseScanner();
            Cuts.Into<byte>(bytes, [size], piece => scanner.Observe(piece.Span));
            scanner.HasEnded.ShouldBe(hasEnded, $"in pieces of {size}");
            scanner.IsFinished.ShouldBe(isFinished, $"in pieces of {size}");
        }
    }

    [Theory]
    [InlineData(
        """{"type":"message_start","message":{"usage":{"input_tokens":25,"cache_read_input_tokens":7,"output_tokens":1}}} {"type":"message_delta","usage":{"output_tokens":15}} """, 25, 15)]
    [InlineData(
        """{"max_output_tokens":9,"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":4},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":123}}""", 36, 87)]
    [InlineData(
        """{"usage":{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens":6,"completion_tokens_details":{"reasoning_tokens":3}}}""", 5, 6)]
    [InlineData("""{"model":"m","done":true,"prompt_eval_count":26,"prompt_eval_duration":130079000,"eval_count":259,"eval_duration":4232710000}""", 26, 259)]
    [InlineData("""{"done":true,"eval_count":259}""", null, 259)]
    [InlineData("""{"done":true,"prompt_eval_count":26}""", 26, null)]
    public void The_figures_of_every_dialect_are_found(string answer, int? prompt, int? completion)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var scanner = new SseScanner();
            Cuts.Into<byte>(bytes, [size], piece => scanner.Observe(piece.Span));
            scanner.PromptTokens.ShouldBe(prompt, $"in pieces of {size}");
            scanner.CompletionTokens.ShouldBe(completion, $"in pieces of {size}");
        }
    }

    [Theory]
    [InlineData(
        """{"type":"message_start","message":{"usage":{"input_tokens":25,"cache_creation_input_tokens":11,"cache_read_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":11},"output_tokens":1}}} {"type":"message_delta","usage":{"output_tokens":15}} """, 43, 7, 11)]
    [InlineData("""{"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":4},"output_tokens":87}}""", 36, 4, null)]
    [InlineData("""{"usage":{"prompt_tokens":15,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"completion_tokens":6}}""", 15, 4, 3)]
    [InlineData("""{"usage":{"prompt_tokens":15,"cache_read_input_tokens":4,"cache_creation_input_tokens":3,"completion_tokens":6}}""", 15, 4, 3)]
    [InlineData("""{"usage":{"prompt_tokens":5,"completion_tokens":6}}""", 5, null, null)]
    public void What_was_cached_is_part_of_the_prompt_in_every_dialect(string answer, int prompt, int? cached, int? written)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var scanner = new SseScanner();
            Cuts.Into<byte>(bytes, [size], piece => scanner.Observe(piece.Span));
            var usage = scanner.Usage.ShouldNotBeNull($"in pieces of {size}");
            (usage.Prompt, usage.Cached, usage.Written).ShouldBe((prompt, cached, written), $"in pieces of {size}");
        }
    }

    [Fact]
    public void The_number_of_the_last_event_is_found_where_events_have_numbers()
    {
        var bytes = Encoding.UTF8.GetBytes(
            "data: {\"type\":\"response.created\",\"sequence_number\":8,\"response\":{}}\n\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"\\\"sequence_number\\\":77,\",\"sequence_number\" : 123 }\n\n");
        for (var size = 1; size <= bytes.Length; size++)
        {
            var (scanner, unasked) = (new SseScanner { AreNumbered = true }, new SseScanner());
            Cuts.Into<byte>(bytes, [size], piece => scanner.Observe(piece.Span));
            Cuts.Into<byte>(bytes, [size], piece => unasked.Observe(piece.Span));
            scanner.Number.ShouldBe(123, $"in pieces of {size}");
            unasked.Number.ShouldBeNull();
        }
    }

    [Fact]
    public void Text_of_the_model_is_never_taken_for_a_figure() =>
        Observe("""data: {"choices":[{"delta":{"content":"\"prompt_tokens\": 5,"}}]}""" + "\n\n").PromptTokens.ShouldBeNull();

    [Theory]
    [InlineData("", true)]
    [InlineData("data: x\n\n", true)]
    [InlineData("data: x\r\n\r\n", true)]
    [InlineData("data: x\n", false)]
    [InlineData("data: x", false)]
    [InlineData("data: x\n\ndata", false)]
    public void An_event_boundary_is_a_blank_line(string stream, bool expected) => Observe(stream).AtEventBoundary.ShouldBe(expected);

    [Fact]
    public void A_number_that_may_go_on_is_not_read_yet()
    {
        var scanner = new SseScanner();
        scanner.Observe("\"completion_tokens\":12"u8);
        scanner.CompletionTokens.ShouldBeNull();
        scanner.Observe("3}"u8);
        scanner.CompletionTokens.ShouldBe(123);
    }

    [Fact]
    public void Observing_allocates_nothing()
    {
        var scanner = new SseScanner();
        var chunk = Encoding.UTF8.GetBytes(Stream);
        scanner.Observe(chunk);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            scanner.Observe(chunk);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static SseScanner Observe(string stream)
    {
        var scanner = new SseScanner();
        scanner.Observe(Encoding.UTF8.GetBytes(stream));
        return scanner;
    }

    [Theory]
    [InlineData("data: {\"choices\":[]}\n\ndata: [DONE]\n\n", true)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"data: [DONE]\"}}]}\n\n", false)]
    [InlineData("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", true)]
    [InlineData("data: {\"text\":\"\\\"message_stop\\\"\"}\n\n", false)]
    [InlineData("data: {\"type\":\"response.completed\",\"response\":{}}\n\n", true)]
    [InlineData("{\"model\":\"m\",\"done\":true}\n", true)]
    [InlineData("{\"model\":\"m\",\"done\":false}\n", false)]
    public void An_answer_that_says_it_is_over_is_over(string stream, bool over)
    {
        var scanner = new SseScanner();
        scanner.Observe(Encoding.UTF8.GetBytes(stream));
        scanner.HasEnded.ShouldBe(over);
    }

    [Theory]
    [InlineData("{\"done\":false}\n", true)]
    [InlineData("{\"done\":fal", false)]
    public void A_line_may_follow_a_line_that_is_whole(string lines, bool may)
    {
        var scanner = new SseScanner();
        scanner.AtLineBoundary.ShouldBeTrue();
        scanner.Observe(Encoding.UTF8.GetBytes(lines));
        scanner.AtLineBoundary.ShouldBe(may);
    }
}
