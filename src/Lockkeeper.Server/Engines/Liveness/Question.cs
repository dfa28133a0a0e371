using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>What an engine is asked to find out how it is. Never throws for what the engine does.</summary>
internal sealed class Question(Upstream upstream, ModelSpec model, TimeProvider time)
{
    private const int LongestExcerpt = 200;

    /// <summary>Asks the path that tells whether it is ready, which costs an engine nothing.</summary>
    public Task<Reply> ReadyAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var path = model.Engine.Ready.Path;
        return SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(upstream.BaseAddress, path)), $"GET {path}", patience, cancellationToken);
    }

    /// <summary>Has it generate. Null for a model that has no cheap work to do.</summary>
    public async Task<Reply?> TokenAsync(int tokens, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (TokenRequest.For(model, tokens) is not { } asked)
        {
            return null;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(upstream.BaseAddress, asked.Path))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(asked.Body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        return await SendAsync(request, $"POST {asked.Path}", patience, cancellationToken);
    }

    private async Task<Reply> SendAsync(HttpRequestMessage request, string asked, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using (request)
        {
            if (model.Engine.ApiKey is { } key)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Value);
            }

            try
            {
                using var answer = await upstream.Invoker.SendAsync(request, ended.Token);
                var said = answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync(ended.Token);
                var excerpt = said.Length > LongestExcerpt ? said[..LongestExcerpt] : said;
                return new Reply(string.Create(CultureInfo.InvariantCulture, $"{asked} answered {(int)answer.StatusCode}{(excerpt.Length == 0 ? "" : ": ")}{excerpt}"), (int)answer.StatusCode);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException)
            {
                return new Reply($"{asked} failed: {failure.Message}", null) { IsRefused = failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } };
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new Reply(string.Create(CultureInfo.InvariantCulture, $"{asked} had no answer for {patience.TotalSeconds:0.###} s"), null) { IsLate = true };
            }
        }
    }

    /// <summary>What came of it.</summary>
    /// <param name="Words">In words: what was asked, and what came.</param>
    /// <param name="Status">The status; null when there was no answer.</param>
    internal sealed record Reply(string Words, int? Status)
    {
        /// <summary>Nobody listens there. A server that is merely busy refuses nobody.</summary>
        public bool IsRefused { get; init; }

        /// <summary>There was no answer within the patience.</summary>
        public bool IsLate { get; init; }

        public bool IsGood => Status is >= 200 and < 300;

        /// <summary>Whether it says that its model does not work; "busy" says that it does.</summary>
        public bool IsFailure => Status is null or (>= 500 and not 503);
    }
}
