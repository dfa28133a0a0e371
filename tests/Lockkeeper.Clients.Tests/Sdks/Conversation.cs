using System.Text.Json;
using Shouldly;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>The conversation that every client holds, and what must come of it.</summary>
internal static class Conversation
{
    public const string ToolName = "get_weather";
    public const string ToolDescription = "Get the weather of a place";
    public const string ToolSchema = """{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}""";
    public const string Weather = "18 degrees and sunny";

    private static readonly ISdk[] Sdks = [new OpenAiChat(), new OpenAiResponses(), new AnthropicMessages()];

    /// <summary>Every combination for every SDK.</summary>
    public static IReadOnlyList<(ISdk Sdk, bool Cold, bool Stream, bool Tools)> All { get; } =
    [
        .. from sdk in Sdks
           from cold in (bool[])[true, false]
           from stream in (bool[])[false, true]
           from tools in (bool[])[false, true]
           select (sdk, cold, stream, tools),
    ];

    /// <summary>Holds it, and checks by the router's own journal that it was what the cell says.</summary>
    public static async Task HoldAsync(RouterUnderTest router, ISdk sdk, Cell cell)
    {
        await router.LoadAsync(cell.Cold ? RouterUnderTest.Poet : RouterUnderTest.Guide);
        var entries = await router.WatchAsync(() => cell.Tools ? CallAsync(router, sdk, cell) : AskAsync(router, sdk, cell));
        entries.Count.ShouldBe(cell.Tools ? 2 : 1);
        (entries[0].GetProperty("load_ms").GetDouble() > 0).ShouldBe(cell.Cold);
        entries.ShouldAllBe(entry => entry.GetProperty("route").GetString() == sdk.Route && entry.GetProperty("outcome").GetString() == "answered");
    }

    private static async Task AskAsync(RouterUnderTest router, ISdk sdk, Cell cell)
    {
        var (text, pieces) = await sdk.AskAsync(router.BaseAddress, RouterUnderTest.Guide, "What is the capital of France?", cell.Stream);
        text.Trim().ShouldBe("The capital of France is Paris.");
        pieces.ShouldBeGreaterThan(cell.Stream ? 1 : 0);
    }

    private static async Task CallAsync(RouterUnderTest router, ISdk sdk, Cell cell)
    {
        var (tool, arguments, text) = await sdk.CallAsync(router.BaseAddress, RouterUnderTest.Guide, "What is the weather in Paris?", cell.Stream);
        tool.ShouldBe(ToolName);
        JsonElement.Parse(arguments).GetProperty("location").GetString().ShouldBe("Paris");
        text.Trim().ShouldBe($"The weather in Paris is {Weather}.");
    }
}
