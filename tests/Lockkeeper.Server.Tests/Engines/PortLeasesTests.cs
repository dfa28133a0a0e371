using System.Net;
using System.Net.Sockets;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class PortLeasesTests
{
    [Fact]
    public void A_leased_port_is_not_given_out_again_though_nothing_listens_there()
    {
        var leases = new PortLeases();
        var ports = Enumerable.Range(0, 500).Select(_ => leases.Take().Port).ToList();
        ports.Distinct().Count().ShouldBe(500);
    }

    [Fact]
    public void A_port_in_use_is_passed_over()
    {
        var leases = new PortLeases();
        using var stranger = NextTo(leases);
        leases.Take().Port.ShouldNotBe(((IPEndPoint)stranger.LocalEndpoint).Port);
    }

    /// <summary>Has the port that would be given out next. Of those that are next in turn some may be an engine's, of a test beside this one.</summary>
    private static TcpListener NextTo(PortLeases leases)
    {
        while (true)
        {
            var stranger = new TcpListener(IPAddress.Loopback, leases.Take().Port + 1);
            try
            {
                stranger.Start();
                return stranger;
            }
            catch (SocketException)
            {
                stranger.Dispose();
            }
        }
    }
}
