using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class PortOwnerTests
{
    private const string Table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:15D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31337 1 0000000000000000 100 0 0 10 0
           1: 0100007F:15D6 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 20 4 30 10 -1
           2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1 0000000000000000 100 0 0 10 0

        """;

    [Theory]
    [InlineData(5590, 31337)]
    [InlineData(22, 17)]
    [InlineData(50000, null)]
    public void The_table_tells_who_listens_and_not_who_is_connected(int port, int? inode)
    {
        List<long> found = [];
        PortOwner.AddListeners(System.Text.Encoding.ASCII.GetBytes(Table), port, found);
        found.ShouldBe(inode is { } one ? [one] : []);
    }

    [Fact]
    public void A_cut_table_is_no_disaster()
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(Table);
        for (var length = 0; length < bytes.Length; length++)
        {
            PortOwner.AddListeners(bytes.AsSpan(0, length), 5590, []);
        }
    }

    [Fact]
    public async Task An_engine_whose_port_a_stranger_has_is_started_again_on_another_port()
    {
        // The first time it never listens, so that the stranger is not in a hurry.
        const string Begin = """if mkdir "$0" 2> /dev/null; then exec "$@" --idle; else exec "$@"; fi""";
        using var folder = new TemporaryFolder();
        await using var yard = new Yard();
        var instance = yard.Start(Yard.Of("/bin/sh", "-c", Begin, Path.Combine(folder.Path, "begun"), FakeEngine.Executable, "--port", "{port}", "--id", "{id}"));
        var (pid, port) = await PortOf(yard, instance, not: 0);
        using var stranger = Listen(port);

        await yard.Witness.Saw<SchedulerEvent.InstanceReady>();

        yard.Snapshot(instance).BaseAddress!.Port.ShouldNotBe(port);
        ProcessTable.IsAlive(pid).ShouldBeFalse();
    }

    [Fact]
    public async Task A_stranger_on_the_second_port_too_fails_the_start_and_is_named()
    {
        await using var yard = new Yard();

        // Named --port, but never bound: so the stranger's is the only listener, and it would pass for the engine.
        var instance = yard.Start(Yard.Of(FakeEngine.Executable, "--idle", "--port", "{port}"));
        var (first, port) = await PortOf(yard, instance, not: 0);
        using var stranger = Listen(port);
        using var another = Listen((await PortOf(yard, instance, not: first)).Port);

        var failure = (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure;
        failure.Cause.ShouldMatch($"^its port \\d+ was taken by another process \\(pid {Environment.ProcessId}\\)$");
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();
    }

    private static async Task<(int Pid, int Port)> PortOf(Yard yard, InstanceId instance, int not)
    {
        var port = 0;
        await Eventually.True(
            () => yard.Snapshot(instance).Pid is { } pid && pid != not && ProcessTable.CommandLine(pid) is [var program, ..] words && program == FakeEngine.Executable
                && int.TryParse(words[words.ToList().IndexOf("--port") + 1], NumberStyles.None, CultureInfo.InvariantCulture, out port),
            "the engine has a port");
        return (yard.Snapshot(instance).Pid!.Value, port);
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }
}
