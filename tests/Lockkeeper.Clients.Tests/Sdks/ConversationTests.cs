using Xunit;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>The SDKs for .NET hold the conversation that those for Node.js hold in tests/clients.</summary>
public sealed class ConversationTests
{
    [Theory]
    [MemberData(nameof(Cells))]
    public async Task It_is_held(string sdk, bool cold, bool stream, bool tools) =>
        await (await Fixture.RunAsync()).ConverseAsync(Conversation.All.First(cell => cell.Sdk.Name == sdk).Sdk, cold, stream, tools);

    public static TheoryData<string, bool, bool, bool> Cells() => [.. Conversation.All.Select(cell => (cell.Sdk.Name, cell.Cold, cell.Stream, cell.Tools))];
}
