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
        int next;
        using (var lease = leases.Take())
        {
            next = lease.Port + 1;
        }

        using var stranger = new TcpListener(IPAddress.Loopback, next);
        stranger.Start();
        leases.Take().Port.ShouldNotBe(next);
    }
}
