using System.Buffers;
using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Responses;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Responses;

public sealed class ResponsesContinuationTests
{
    private const string Engine =
        "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_x\",\"output\":[]}}\n\n"
        + "event: response.in_progress\ndata: {\"type\":\"response.in_progress\",\"sequence_number\":1,\"response\":{\"id\":\"resp_x\",\"output\":[]}}\n\n"
        + "event: response.queued\ndata: {\"type\":\"response.queued\",\"response\":{\"id\":\"resp_x\"}}\n\n"
        + ": ping\n\n"
        + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\", \"item_id\":\"resp_x\",\"sequence_number\" : 2,\"delta\":\"\\u00fc \\\"id\\\":\\\"resp_x\\\"\"}\n\n"
        + "data: {\"type\":\"response.unheard_of\",\"id\":\"resp_x\"}\r\n\r\n"
        + "event: response.completed\ndata: {\"response\":{\"output\":[{\"id\":\"resp_x\"}],\ndata: \"id\":\"resp_x\",\"usage\":null},\"sequence_number\":3,\"type\":\"response.completed\"}\n\n"
        + "data: [DONE]\n\n";

    private const string Followed =
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\", \"item_id\":\"resp_x\",\"sequence_number\" : 3,\"delta\":\"\\u00fc \\\"id\\\":\\\"resp_x\\\"\"}\n\n"
        + "data: {\"type\":\"response.unheard_of\",\"id\":\"resp_x\"}\n\n"
        + "event: response.completed\ndata: {\"response\":{\"output\":[{\"id\":\"resp_x\"}],\ndata: \"id\":\"resp_r1\",\"usage\":null},\"sequence_number\":4,\"type\":\"response.completed\"}\n\n"
        + "data: [DONE]\n\n";

    [Fact]
    public void The_engines_events_follow_ours_in_any_split() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Arb.From(Gen.Choose(1, 500)), size =>
    {
        var output = new ArrayBufferWriter<byte>();
        var told = Told(output);
        var continuation = new ResponsesContinuation(told, output);
        continuation.HasEnded.ShouldBeFalse();

        foreach (var piece in Encoding.UTF8.GetBytes(Engine).Chunk(size))
        {
            continuation.Read(piece);
        }

        continuation.HasEnded.ShouldBeTrue();
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(Followed);
    }));

    [Fact]
    public void An_error_behind_the_engines_events_goes_on_counting()
    {
        var output = new ArrayBufferWriter<byte>();
        var told = Told(output);
        var continuation = new ResponsesContinuation(told, output);

        continuation.Read(Encoding.UTF8.GetBytes("data: {\"type\":\"response.output_text.delta\",\"sequence_number\":2}\n\n"));
        told.Error(new ErrorText(502, "engine_failed", "died"));

        var written = Encoding.UTF8.GetString(output.WrittenSpan);
        written.ShouldStartWith("data: {\"type\":\"response.output_text.delta\",\"sequence_number\":3}\n\nevent: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":4,");
    }

    [Theory]
    [InlineData("""{"model":"m","input":[{"type":"input_audio"}],"instructions":"x","\ud83d":1}""")]
    [InlineData("""{"model":"m","input":[{"type":"what the engine may know"}],"instructions":"x"}""")]
    public void What_passes_is_not_judged_while_it_waits(string body)
    {
        var output = new ArrayBufferWriter<byte>();

        ResponsesStream.ForPassing(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), output, new AnswerNaming("m", "r1", DateTimeOffset.UnixEpoch)).Waiting("queued");

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldContain("\"instructions\":\"x\",");
    }

    private static ResponsesStream Told(ArrayBufferWriter<byte> output)
    {
        var told = (ResponsesStream)ResponsesRequestReaderTests.ReadChat("""{"model":"m","input":"x"}""").ToStream(output, new AnswerNaming("m", "r1", DateTimeOffset.UnixEpoch));
        told.Waiting("queued");
        told.Waiting("loading");
        output.ResetWrittenCount();
        return told;
    }
}
