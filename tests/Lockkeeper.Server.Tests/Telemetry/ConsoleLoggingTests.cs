using Lockkeeper.Server.Telemetry;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class ConsoleLoggingTests
{
    [Theory]
    [InlineData(false, "Lockkeeper.Server.Ingress.Endpoints", LogLevel.Information)]
    [InlineData(true, "Lockkeeper.Server.Ingress.Endpoints", LogLevel.Debug)]
    [InlineData(true, "Lockkeeper.Engine.qwen3-8b", LogLevel.Debug)]
    [InlineData(true, "Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning)]
    [InlineData(true, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)]
    public void The_least_level_that_is_logged(bool verbose, string category, LogLevel least)
    {
        using var logs = LoggerFactory.Create(logging => logging.AddConsoleLogging(verbose));
        var logger = logs.CreateLogger(category);

        Enum.GetValues<LogLevel>().First(level => level == LogLevel.None || logger.IsEnabled(level)).ShouldBe(least);
    }
}
