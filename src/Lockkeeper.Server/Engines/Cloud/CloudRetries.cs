using System.Net;
using Polly;
using Polly.Retry;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>
/// Sends a request to a cloud once more where that is safe and sensible: it was not taken (no connection), or turned away for being one too many (429, 502, 503, 529). At most twice, after a pause
/// that the cloud asks for or that grows, and only before the first byte of an answer: what it returns is not looked at again. A client that has left has nothing sent again.
/// </summary>
internal sealed class CloudRetries
{
    private const int Overloaded = 529; // Anthropic's own

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <summary>A cloud that wants to be left alone for longer is believed: its answer is the client's, with the time in it.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <param name="time">The clock.</param>
    /// <param name="again">Is told before each further try how many there were, and why; null for nobody.</param>
    public CloudRetries(TimeProvider time, Action<int, string>? again = null)
    {
        _time = time;
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 2,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            UseJitter = true,
            ShouldHandle = tried => ValueTask.FromResult(IsWorthIt(tried.Outcome) && !tried.Context.CancellationToken.IsCancellationRequested),
            DelayGenerator = tried => ValueTask.FromResult(tried.Outcome.Result is { } answer ? RetryAfter.Of(answer, _time) : null),
            OnRetry = tried =>
            {
                again?.Invoke(tried.AttemptNumber + 1, tried.Outcome.Exception?.Message ?? $"status {(int)tried.Outcome.Result!.StatusCode}");
                tried.Outcome.Result?.Dispose();
                return ValueTask.CompletedTask;
            },
        }).Build();
    }

    /// <param name="send">Sends it, as a new message each time, and returns when there are headers.</param>
    /// <param name="clientGone">Ends it by an exception.</param>
    public ValueTask<HttpResponseMessage> SendAsync(Func<CancellationToken, Task<HttpResponseMessage>> send, CancellationToken clientGone) =>
        _pipeline.ExecuteAsync(static async (send, token) => await send(token), send, clientGone);

    private bool IsWorthIt(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        // Anything else that goes wrong may have gone wrong behind the request, and would be paid for twice.
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } } => true,
        { Result: { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or (HttpStatusCode)Overloaded } answer } =>
            !(RetryAfter.Of(answer, _time) > LongestPause),
        _ => false,
    };
}
