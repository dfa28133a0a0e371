using System.IO.Pipelines;
using System.Text;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Forwarding;

public sealed class BodyCopierTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly ManualTime _engineTime = new();
    private readonly DefaultHttpContext _http = new();
    private readonly Pipe _engine = new();

    /// <summary>Holds 100 bytes, then a flush waits for the reader: a client that does not read.</summary>
    private readonly Pipe _client = new(new PipeOptions(pauseWriterThreshold: 100, resumeWriterThreshold: 50));
    private readonly EnginePatience _patience;

    public BodyCopierTests()
    {
        _patience = new EnginePatience(TimeSpan.FromMinutes(10), _engineTime, recall: null, new Upstream(new Uri("http://127.0.0.1:1")), stream: true, CancellationToken.None);
        _http.Features.Set<IHttpResponseBodyFeature>(new PipeResponse(_client.Writer));
    }

    public void Dispose() => _patience.Dispose();

    [Fact]
    public async Task Each_piece_is_passed_on_before_the_next_one_comes()
    {
        var copying = Copy(othersWait: false);
        foreach (var piece in (string[])["data: a\n\n", "data: b\n\n"])
        {
            await _engine.Writer.WriteAsync(Encoding.UTF8.GetBytes(piece));
            var read = await _client.Reader.ReadAsync();
            Encoding.UTF8.GetString(read.Buffer.FirstSpan).ShouldBe(piece);
            _client.Reader.AdvanceTo(read.Buffer.End);
        }

        await _engine.Writer.CompleteAsync();
        (await copying).End.ShouldBe(ForwardEnd.Answered);
    }

    [Fact]
    public async Task A_reader_that_stands_still_is_cut_off_only_while_others_wait()
    {
        var othersWait = false;
        var copying = new BodyCopier(_time, () => new ValueTask<bool>(Volatile.Read(ref othersWait)))
            .CopyAsync(_engine.Reader.AsStream(), _http, new StreamTap(_time), _patience, Quiet).AsTask();
        await _engine.Writer.WriteAsync(new byte[200]);
        await Eventually.True(() => _time.Timers > 0, "the copier waits for the reader");

        _time.Advance(BodyCopier.Stall);
        await Eventually.True(() => _time.Timers > 0, "it waits again");
        copying.IsCompleted.ShouldBeFalse();

        Volatile.Write(ref othersWait, true);
        _time.Advance(BodyCopier.Stall);
        (await copying).End.ShouldBe(ForwardEnd.ClientStalled);
    }

    [Fact]
    public async Task An_engine_that_falls_silent_is_given_up_and_every_byte_renews_its_patience()
    {
        var copying = Copy(othersWait: false);
        for (var i = 0; i < 3; i++)
        {
            _engineTime.Advance(TimeSpan.FromMinutes(9));
            await _engine.Writer.WriteAsync(new byte[1]);
            var read = await _client.Reader.ReadAsync();
            _client.Reader.AdvanceTo(read.Buffer.End);
        }

        _engineTime.Advance(TimeSpan.FromMinutes(11));
        (await copying).End.ShouldBe(ForwardEnd.Silent);
    }

    [Fact]
    public async Task The_time_a_client_does_not_read_is_not_the_engines_silence()
    {
        var copying = Copy(othersWait: false);
        await _engine.Writer.WriteAsync(new byte[200]);
        await Eventually.True(() => _time.Timers > 0, "the copier waits for the reader");
        _engineTime.Advance(TimeSpan.FromMinutes(11));

        var read = await _client.Reader.ReadAsync();
        _client.Reader.AdvanceTo(read.Buffer.End);
        await _engine.Writer.CompleteAsync();
        (await copying).End.ShouldBe(ForwardEnd.Answered);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_the_engines_failure()
    {
        var copying = Copy(othersWait: false);
        await _engine.Writer.CompleteAsync(new IOException("reset by peer"));

        var outcome = await copying;
        outcome.End.ShouldBe(ForwardEnd.Broken);
        outcome.Detail.ShouldBe("reset by peer");
    }

    [Theory]
    [InlineData("data: [DONE]\n\n", true)]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", true)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n", false)]
    public async Task Who_leaves_behind_the_end_of_the_answer_has_it(string last, bool hasIt)
    {
        using var aborted = new CancellationTokenSource();
        using var patience = new EnginePatience(TimeSpan.FromMinutes(10), _engineTime, recall: null, new Upstream(new Uri("http://127.0.0.1:1")), stream: true, aborted.Token);
        var copying = new BodyCopier(_time, () => new ValueTask<bool>(false)).CopyAsync(_engine.Reader.AsStream(), _http, new StreamTap(_time), patience, Quiet).AsTask();
        await _engine.Writer.WriteAsync(Encoding.UTF8.GetBytes(last));
        var read = await _client.Reader.ReadAsync();
        _client.Reader.AdvanceTo(read.Buffer.End);

        await aborted.CancelAsync();
        (await copying).End.ShouldBe(hasIt ? ForwardEnd.Answered : ForwardEnd.Aborted);
    }

    [Fact]
    public async Task A_connection_that_breaks_behind_the_end_of_the_answer_takes_nothing_from_it()
    {
        var copying = Copy(othersWait: false);
        await _engine.Writer.WriteAsync("data: [DONE]\n\n"u8.ToArray());
        var read = await _client.Reader.ReadAsync();
        _client.Reader.AdvanceTo(read.Buffer.End);
        await _engine.Writer.CompleteAsync(new IOException("reset by peer"));
        (await copying).End.ShouldBe(ForwardEnd.Answered);
    }

    private KeepAlive Quiet => new(_http.Response, TimeSpan.FromSeconds(5), _time);

    private Task<ForwardOutcome> Copy(bool othersWait) =>
        new BodyCopier(_time, () => new ValueTask<bool>(othersWait)).CopyAsync(_engine.Reader.AsStream(), _http, new StreamTap(_time), _patience, Quiet).AsTask();

    private sealed class PipeResponse(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
