using Lockkeeper.Testing;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>
/// One router for all stories of a class that leave it as they found it: to start one takes most of the time of a short story. A story that changes more than what is resident has a model of its own
/// there, or a router of its own.
/// </summary>
public abstract class SharedRouter : IAsyncLifetime
{
    private readonly string? _yaml;

    /// <param name="yaml">Its configuration; null for none, which serves the demo models.</param>
    private protected SharedRouter(string? yaml) => _yaml = yaml;

    private protected SharedRouter(TestConfig config)
        : this(config.ToYaml())
    {
    }

    internal LockkeeperProcess Lockkeeper { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Lockkeeper = await LockkeeperProcess.StartAsync(_yaml);

    public async ValueTask DisposeAsync()
    {
        await Lockkeeper.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
