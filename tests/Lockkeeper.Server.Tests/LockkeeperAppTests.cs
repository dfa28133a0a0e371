using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests;

public sealed class LockkeeperAppTests
{
    [Fact]
    public async Task A_stop_that_comes_before_it_listens_is_an_orderly_end()
    {
        var greeting = new StringWriter();
        var settings = new ServeSettings
        {
            Config = new LockkeeperConfig { Server = new ServerConfig { Listen = "http://127.0.0.1:0" } },
            Catalog = ModelCatalog.Of([]),
            Out = greeting,
            Error = TextWriter.Null,
        };

        (await LockkeeperApp.RunAsync(settings, new CancellationToken(canceled: true))).ShouldBe(0);

        greeting.ToString().ShouldBeEmpty();
    }
}
