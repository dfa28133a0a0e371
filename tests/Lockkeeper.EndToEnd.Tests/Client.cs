using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using OpenAI;
using OpenAI.Chat;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>The two ways a story talks to Lockkeeper: as users do, through an SDK, and byte by byte.</summary>
internal static class Client
{
    /// <summary>One for all stories, patient and without manners of its own. A story that leaves means it: no reading on for two seconds in the hope of saving the connection.</summary>
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromMinutes(2),
    };

    extension(LockkeeperProcess lockkeeper)
    {
        /// <summary>The OpenAI SDK as its users set it up, without its retries: a story wants to see the first answer.</summary>
        public ChatClient Sdk(string model) => new(model, new ApiKeyCredential("sk-not-needed"), new OpenAIClientOptions
        {
            Endpoint = new Uri(lockkeeper.BaseAddress, "v1"),
            NetworkTimeout = TimeSpan.FromMinutes(2),
            RetryPolicy = new ClientRetryPolicy(0),
        });

        public Task<HttpResponseMessage> GetAsync(string path) => Http.GetAsync(new Uri(lockkeeper.BaseAddress, path));

        /// <summary>The JSON of an answer that must be a good one.</summary>
        public async Task<JsonElement> JsonAsync(string path)
        {
            using var response = await lockkeeper.GetAsync(path);
            var body = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? JsonElement.Parse(body) : throw new HttpRequestException($"{(int)response.StatusCode}: {body}\n{lockkeeper.Said}");
        }

        /// <summary>The only engine has had nothing to do for as long as makes Lockkeeper look at it before the next request. That it has is not known for a moment after its last answer.</summary>
        public Task<TimeSpan> RestedAsync() => Eventually.True(
            async () => (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances")[0].GetProperty("idle_since") is { ValueKind: JsonValueKind.String } since
                && TimeProvider.System.GetUtcNow() - since.GetDateTimeOffset() > TimeSpan.FromSeconds(10.2),
            "it has rested",
            TimeSpan.FromSeconds(60));

        /// <summary>Begins to listen to what changes.</summary>
        public async Task<HttpResponseMessage> ListenAsync(Action<HttpRequestHeaders> headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(lockkeeper.BaseAddress, "/admin/events"));
            headers(request.Headers);
            return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        public Task<HttpResponseMessage> DeleteAsync(string path) => Http.DeleteAsync(new Uri(lockkeeper.BaseAddress, path));

        /// <summary>A POST with a JSON body, or none.</summary>
        public Task<HttpResponseMessage> PostAsync(string path, string body = "") => lockkeeper.SendAsync(path, Encoding.UTF8.GetBytes(body));

        public async Task<HttpResponseMessage> HeadAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(lockkeeper.BaseAddress, path));
            return await Http.SendAsync(request);
        }

        /// <summary>A chat request; the answer is there when its headers are.</summary>
        /// <param name="model">Model to ask.</param>
        /// <param name="fault">What the fake engine shall do, as in <c>status=400</c>.</param>
        /// <param name="stream">Whether the answer streams.</param>
        /// <param name="leave">When the client hangs up.</param>
        public Task<HttpResponseMessage> AskAsync(string model, string fault = "", bool stream = false, CancellationToken leave = default) =>
            lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes(Body(model, fault, stream)), leave: leave);

        /// <summary>The answer in words; fails on any status but 200.</summary>
        public async Task<string> AnswerAsync(string model, string fault = "")
        {
            using var response = await lockkeeper.AskAsync(model, fault);
            var body = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? ContentOf(body) : throw new HttpRequestException($"{(int)response.StatusCode}: {body}\n{lockkeeper.Said}");
        }

        public Task<HttpResponseMessage> SendAsync(string target, byte[] body, Action<HttpRequestHeaders>? headers = null, CancellationToken leave = default) =>
            lockkeeper.SendAsync(target, body, HttpMethod.Post, headers, leave);

        public async Task<HttpResponseMessage> SendAsync(string target, byte[] body, HttpMethod method, Action<HttpRequestHeaders>? headers = null, CancellationToken leave = default)
        {
            using var request = new HttpRequestMessage(method, new Uri(lockkeeper.BaseAddress, target)) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            headers?.Invoke(request.Headers);
            return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave);
        }
    }

    extension(RunningEngine engine)
    {
        /// <summary>What the fake engine says of itself, asked behind the router's back.</summary>
        public async Task<JsonElement> StateAsync() => JsonElement.Parse(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{engine.Port}/__state")));

        /// <summary>It has been given that many requests so far: of the one that it has just answered it may still count as at work when the answer has arrived.</summary>
        public Task<TimeSpan> TakenAsync(int requests) => Eventually.True(async () => (await engine.RequestsAsync()).GetArrayLength() == requests, $"the engine has been given {requests} request(s)");

        /// <summary>The requests as they reached it.</summary>
        public async Task<JsonElement> RequestsAsync() => JsonElement.Parse(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{engine.Port}/__requests")));
    }

    extension(HttpResponseMessage response)
    {
        /// <summary>A header that must be there, once.</summary>
        public string Header(string name) => response.Headers.GetValues(name).Single();

        /// <summary>The error of an OpenAI-shaped body.</summary>
        public async Task<ApiError> ErrorAsync()
        {
            var text = await response.Content.ReadAsStringAsync();
            var error = JsonElement.Parse(text).GetProperty("error");
            return new ApiError((int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()!, error.GetProperty("param").GetString());
        }

        /// <summary>The lines of a stream that are not empty, as they come.</summary>
        public async IAsyncEnumerable<string> LinesAsync()
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.Length > 0)
                {
                    yield return line;
                }
            }
        }
    }

    public static string Body(string model, string fault = "", bool stream = false) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}]{{(stream ? ""","stream":true""" : "")}}{{(fault.Length > 0 ? $",\"user\":\"fake: {fault}\"" : "")}}}""";

    private static string ContentOf(string body) =>
        JsonElement.Parse(body).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}
