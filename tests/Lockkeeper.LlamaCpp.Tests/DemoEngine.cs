using Lockkeeper.Testing;

[assembly: AssemblyFixture(typeof(Lockkeeper.LlamaCpp.Tests.DemoEngine))]

namespace Lockkeeper.LlamaCpp.Tests;

/// <summary>One engine with demo-guide for all tests that only ask it something.</summary>
public sealed class DemoEngine : IAsyncLifetime
{
    internal RunningEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await RunningEngine.ReadyAsync(Repository.DemoGuide);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    /// <summary>One user message, greedily answered.</summary>
    internal static Dictionary<string, object?> Ask(string content, params (string Name, object? Value)[] more)
    {
        Dictionary<string, object?> request = new() { ["messages"] = new[] { new { role = "user", content } }, ["temperature"] = 0 };
        foreach (var (name, value) in more)
        {
            request[name] = value;
        }

        return request;
    }
}
