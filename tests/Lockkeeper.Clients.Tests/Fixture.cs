using Xunit;

namespace Lockkeeper.Clients.Tests;

/// <summary>The run that all tests of this assembly share.</summary>
internal static class Fixture
{
    public static async Task<ClientRun> RunAsync() =>
        await TestContext.Current.GetFixture<ClientRun>() ?? throw new InvalidOperationException("The assembly has no such fixture.");
}
