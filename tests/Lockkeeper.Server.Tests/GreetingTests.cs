using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests;

public sealed class GreetingTests
{
    [Fact]
    public async Task A_full_disk_is_no_reason_not_to_serve()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a device that is always full.");
        await using var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var full = new StreamWriter(device) { AutoFlush = true };
        var settings = new ServeSettings { Config = new LockkeeperConfig(), Catalog = ModelCatalog.Of([]), Out = full, Error = TextWriter.Null };

        await Should.ThrowAsync<IOException>(() => full.WriteLineAsync("the disk is full indeed"));
        await Greeting.WriteAsync(settings, "http://127.0.0.1:1");
    }
}
