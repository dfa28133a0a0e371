using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Lockkeeper.EndToEnd.Tests.Cli;
using Lockkeeper.Testing;
using OpenAI;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Who may use the server, seen from outside.</summary>
public sealed class SecurityTests
{
    private const string Secret = "sk-story-5590";

    private static readonly string Hash = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(Secret)));

    [Fact]
    public async Task An_address_beyond_loopback_is_refused_unless_somebody_has_said_who_may_use_it()
    {
        using var run = new LockkeeperRun();
        run.Write("lockkeeper.yaml", $"server:\n  listen: http://0.0.0.0:0\nengines: {{ e: {{ preset: builtin }} }}\nmodels: {{ m: {{ engine: e, path: '{LockkeeperRun.DemoGuide}' }} }}\n");
        var (exit, _, errors) = await run.Start().EndAsync();
        exit.ShouldBe(2);
        errors.ShouldBe(
        [
            "lockkeeper.yaml:2: server.listen: 'http://0.0.0.0:0' can be reached from other machines; give server.api_keys, or say server.allow_anonymous: true if everybody who reaches it may use it,"
                + " or serve on loopback: write it as http://127.0.0.1:5590",
            "lockkeeper: 1 problem; nothing was started.",
        ]);
    }

    [Fact]
    public async Task With_a_key_it_serves_beyond_loopback_those_who_have_it_and_the_engine_never_sees_it()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Config(("api_keys", $"[{{ name: story, key: 'sha256:{Hash}' }}]")), "http://0.0.0.0:0");
        using var missing = await lockkeeper.AskAsync("a");
        var error = await missing.ErrorAsync();
        (error.Status, error.Code, missing.Headers.WwwAuthenticate.ToString()).ShouldBe((401, "invalid_api_key", "Bearer"));
        lockkeeper.Engines.ShouldBeEmpty("nothing is started for a stranger");

        using var served = await SendAsync(lockkeeper, ("Authorization", $"Bearer {Secret}"));
        ((int)served.StatusCode).ShouldBe(200);
        (await lockkeeper.Engines.ShouldHaveSingleItem().RequestsAsync()).ToString().ShouldNotContain(Secret);
        lockkeeper.Said.ShouldNotContain(Secret);
        lockkeeper.Said.ShouldNotContain(Hash, Case.Insensitive);
    }

    [Fact]
    public async Task The_openai_sdk_sends_its_key_as_it_always_does()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Config(("api_keys", $"[{{ name: story, key: 'sha256:{Hash}' }}]")));
        var options = new OpenAIClientOptions { Endpoint = new Uri(lockkeeper.BaseAddress, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        (await new ChatClient("a", new ApiKeyCredential(Secret), options).CompleteChatAsync("hello")).Value.Content.ShouldNotBeEmpty();
        (await Should.ThrowAsync<ClientResultException>(new ChatClient("a", new ApiKeyCredential("sk-other"), options).CompleteChatAsync("hello"))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_key_in_the_file_itself_is_refused_without_being_shown()
    {
        using var run = new LockkeeperRun();
        run.Write("lockkeeper.yaml", $"server:\n  api_keys:\n    - {{ name: a, key: {Secret} }}\n    - {{ name: b, key: env:NO_SUCH_KEY }}\nengines: {{ e: {{ preset: builtin }} }}\nmodels: {{ m: {{ engine: e, path: '{LockkeeperRun.DemoGuide}' }} }}\n");
        var (exit, _, errors) = await run.Start().EndAsync();
        exit.ShouldBe(2);
        errors.ShouldBe(
        [
            "lockkeeper.yaml:3: server.api_keys[0].key: must not be the key itself; write env:NAME (an environment variable), file:PATH, or sha256: and 64 hexadecimal digits",
            "lockkeeper.yaml:4: server.api_keys[1].key: there is no environment variable 'NO_SUCH_KEY' where Lockkeeper runs",
            "lockkeeper: 2 problems; nothing was started.",
        ]);
    }

    [Theory]
    [InlineData("Host", "evil.example.org", "host_not_allowed")]
    [InlineData("Origin", "https://evil.example.org", "origin_not_allowed")]
    public async Task A_page_of_another_site_starts_nothing(string header, string value, string code)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Config());
        using var response = await SendAsync(lockkeeper, (header, value));
        var error = await response.ErrorAsync();
        (error.Status, error.Code).ShouldBe((403, code));
        lockkeeper.Engines.ShouldBeEmpty();
        using var metrics = await lockkeeper.GetAsync("/metrics");
        (await metrics.Content.ReadAsStringAsync()).ShouldContain($"lockkeeper_turned_away_total{{code=\"{code}\"}} 1\n");
    }

    [Fact]
    public async Task A_page_that_is_let_in_gets_leave_from_lockkeeper_and_none_from_the_engine()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Config(("cors", "['https://chat.example.org']")));
        var raw = Convert.ToBase64String("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\n{}"u8);
        using var page = await SendAsync(lockkeeper, $"raw={raw}", ("Origin", "https://chat.example.org"));
        page.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://chat.example.org"]);
        using var program = await SendAsync(lockkeeper, $"raw={raw}");
        program.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        (await lockkeeper.Engines.ShouldHaveSingleItem().RequestsAsync()).ToString().ShouldNotContain("chat.example.org");
    }

    [Fact]
    public async Task A_key_that_has_a_request_running_waits_with_the_next_until_it_has_ended()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Config(("api_keys", $"[{{ name: story, key: 'sha256:{Hash}', max_concurrent: 1 }}]")));
        using (var leaving = new CancellationTokenSource())
        {
            var running = lockkeeper.SendAsync("/v1/chat/completions", Body("hang"), Key, leaving.Token);
            await Eventually.True(() => lockkeeper.Engines.Count == 1, "the first request has its engine started", TimeSpan.FromSeconds(30));

            using var second = await lockkeeper.SendAsync("/v1/chat/completions", Body(""), Key);
            var error = await second.ErrorAsync();
            (error.Status, error.Code, second.Headers.RetryAfter?.ToString()).ShouldBe((429, "rate_limit_exceeded", "1"));

            await leaving.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(running);
        }

        await Eventually.True(async () =>
        {
            using var next = await lockkeeper.SendAsync("/v1/chat/completions", Body(""), Key);
            return next.IsSuccessStatusCode;
        }, "the place of the one that left is free");

        static void Key(HttpRequestHeaders headers) => headers.TryAddWithoutValidation("x-api-key", Secret);
    }

    private static TestConfig Config(params (string Key, string Value)[] server)
    {
        var config = new TestConfig { Models = { ["a"] = "" } };
        foreach (var (key, value) in server)
        {
            config.Server[key] = value;
        }

        return config;
    }

    private static byte[] Body(string fault) => Encoding.UTF8.GetBytes(Client.Body("a", fault));

    private static Task<HttpResponseMessage> SendAsync(LockkeeperProcess lockkeeper, params (string Name, string Value)[] headers) => SendAsync(lockkeeper, "", headers);

    private static Task<HttpResponseMessage> SendAsync(LockkeeperProcess lockkeeper, string fault, params (string Name, string Value)[] headers) =>
        lockkeeper.SendAsync("/v1/chat/completions", Body(fault), to =>
        {
            foreach (var (name, value) in headers)
            {
                to.TryAddWithoutValidation(name, value).ShouldBeTrue();
            }
        });
}
