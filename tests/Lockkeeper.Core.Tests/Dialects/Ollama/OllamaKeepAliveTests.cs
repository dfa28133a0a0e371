using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Tests.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaKeepAliveTests
{
    [Theory]
    [InlineData("300", 300)]
    [InlineData("1.5", 1.5)]
    [InlineData("0", 0)]
    [InlineData("\"5m\"", 300)]
    [InlineData("\"1h30m0.5s\"", 5400.5)]
    [InlineData("\"250ms\"", 0.25)]
    [InlineData("\"30\"", 30)]
    [InlineData("\"0\"", 0)]
    public void A_duration_is_a_number_of_seconds_or_a_text(string json, double seconds) => Read(json, out _)!.Value.Duration.TotalSeconds.ShouldBe(seconds);

    [Theory]
    [InlineData("-1")]
    [InlineData("\"-1\"")]
    [InlineData("\"-1m\"")]
    [InlineData("1e300")]
    public void Below_zero_is_for_ever(string json) => Read(json, out _)!.Value.Duration.ShouldBe(Timeout.InfiniteTimeSpan);

    [Fact]
    public void Nothing_said_is_nothing()
    {
        Read("null", out var problem).ShouldBeNull();
        problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("\"5 parsecs\"")]
    [InlineData("\"\"")]
    [InlineData("true")]
    [InlineData("[]")]
    public void Anything_else_is_told(string json)
    {
        Read(json, out var problem);
        problem.ShouldStartWith("'keep_alive' must be a number of seconds or a duration such as \"5m\", not ");
    }

    [Theory]
    [InlineData("""{"model":"m","options":{"keep_alive":7},"keep_alive":"5m","messages":[]}""", 300)]
    [InlineData("""{"keep_alive":0}""", 0)]
    [InlineData("""{"keep_alive":-1}""", null)]
    [InlineData("""{"keep_alive":"soon"}""", null)]
    [InlineData("""{"keep_alive":"\ud800"}""", null)]
    [InlineData("""{"keep_alive":null,"\ud800":1}""", null)]
    [InlineData("""{"model":"m"}""", null)]
    public void A_body_says_how_long_its_model_may_stay_idle(string body, int? seconds)
    {
        OllamaKeepAlive.IdleTimeoutOf(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).ShouldBe(seconds is { } given ? TimeSpan.FromSeconds(given) : null);
        OllamaKeepAlive.IdleTimeoutOf(Pieces.Of(Encoding.UTF8.GetBytes(body), 3)).ShouldBe(seconds is { } again ? TimeSpan.FromSeconds(again) : null);
    }

    private static OllamaKeepAlive? Read(string json, out string? problem)
    {
        using var document = JsonDocument.Parse($"{{\"keep_alive\":{json}}}");
        var fields = new RequestFields();
        var read = OllamaKeepAlive.Read(document.RootElement, fields);
        problem = fields.Problem?.Message;
        return read;
    }
}
