using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class ServeVerbTests
{
    [Theory]
    [InlineData("--config")]
    [InlineData("serve", "--config")]
    public async Task Every_problem_of_a_file_is_told_on_stderr_and_nothing_is_started(params string[] before)
    {
        using var run = new LockkeeperRun();
        run.Write("bad.yaml", "server:\n  lisen: x\nengines:\n  e: { preset: builtin, start_timeout: 5 }\nmodels:\n  m: { engine: e, path: none.gguf }\n");
        var (exit, output, errors) = await run.Start([.. before, "bad.yaml"]).EndAsync();
        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldBe(
        [
            "bad.yaml:2: server.lisen: is an unknown key; did you mean 'listen'? Known here: listen, api_keys, allow_anonymous, allowed_hosts, cors, shutdown_grace, max_body",
            "bad.yaml:4: engines.e.start_timeout: '5' has no unit; write 5s for seconds, or ms, m, h",
            $"bad.yaml:6: models.m.path: there is no file or folder 'none.gguf', which means {Path.Combine(run.Folder, "none.gguf")}",
            "lockkeeper: 3 problems; nothing was started.",
        ]);
    }

    [Fact]
    public async Task A_named_file_that_is_missing_is_an_error()
    {
        using var run = new LockkeeperRun();
        var (exit, _, errors) = await run.Start("--config", "nope.yaml").EndAsync();
        exit.ShouldBe(2);
        errors.ShouldBe(["nope.yaml: does not exist", "lockkeeper: 1 problem; nothing was started."]);
    }

    [Fact]
    public async Task The_listen_option_keeps_the_rules_of_the_file()
    {
        using var run = new LockkeeperRun();
        var (exit, _, errors) = await run.Start("--listen", "http://0.0.0.0:5590").EndAsync();
        exit.ShouldBe(2);
        errors[0].ShouldStartWith("command line: --listen: 'http://0.0.0.0:5590' can be reached from other machines; give server.api_keys");
    }

    [Theory]
    [InlineData("variable")]
    [InlineData("folder")]
    [InlineData("user")]
    public async Task A_file_is_found_where_it_is_looked_for(string place)
    {
        using var run = new LockkeeperRun();
        var file = run.Write(place switch { "folder" => "lockkeeper.yaml", "user" => ".config/lockkeeper/lockkeeper.yaml", _ => "elsewhere.yaml" }, "found: here\n");
        if (place == "variable")
        {
            run.Variables["LOCKKEEPER_CONFIG"] = file;
        }

        var (exit, _, errors) = await run.Start().EndAsync();
        exit.ShouldBe(2);
        errors[0].ShouldStartWith($"{(place == "folder" ? "lockkeeper.yaml" : file)}:1: found: is an unknown key");
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        using var run = new LockkeeperRun();
        var (exit, output, errors) = await run.Start("serve", "--listen", address).EndAsync();
        exit.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain($"lockkeeper: {address} is in use by another program; stop it, or choose another address with --listen.");
        errors.ShouldNotContain(line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Without_a_file_the_demo_is_served_until_a_signal_stops_it_in_order(string signal)
    {
        Assert.SkipWhen(signal == "INT" && LockkeeperRun.IgnoresInterrupt, "SIGINT is ignored here.");
        using var run = new LockkeeperRun();
        var port = LockkeeperRun.FreePort();
        run.Start("--listen", $"http://127.0.0.1:{port}");
        await run.UntilAsync("it accepts connections", () => AcceptsAsync(port));
        run.Signal(signal);
        (await run.EndAsync()).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_second_signal_ends_it_at_once(string signal, int code)
    {
        Assert.SkipWhen(signal == "INT" && LockkeeperRun.IgnoresInterrupt, "SIGINT is ignored here.");
        using var run = new LockkeeperRun();
        var port = LockkeeperRun.FreePort();
        run.Write("lockkeeper.yaml", $"server: {{ shutdown_grace: 1h }}\nengines: {{ e: {{ preset: builtin }} }}\nmodels: {{ demo-guide: {{ engine: e, path: '{LockkeeperRun.DemoGuide}' }} }}\n");
        run.Start("--listen", $"http://127.0.0.1:{port}");
        await run.UntilAsync("it accepts connections", () => AcceptsAsync(port));

        // A request whose body never ends keeps an orderly stop waiting. The server asks for the body once the request is in its hands.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());
        var asked = new byte[12];
        await client.GetStream().ReadExactlyAsync(asked).AsTask().WaitAsync(LockkeeperRun.Deadline);
        Encoding.ASCII.GetString(asked).ShouldBe("HTTP/1.1 100");

        run.Signal(signal);
        await run.UntilAsync("it accepts no more connections", async () => !await AcceptsAsync(port));
        run.Signal(signal);
        (await run.EndAsync()).ExitCode.ShouldBe(code);
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
