using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Messages;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>Anthropic's own SDK for .NET.</summary>
internal sealed class AnthropicMessages : ISdk
{
    private static readonly Tool Weather = new()
    {
        Name = Conversation.ToolName,
        Description = Conversation.ToolDescription,
        InputSchema = new InputSchema(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Conversation.ToolSchema)!),
    };

    public string Name => "Anthropic (.NET)";

    public string Dialect => "Anthropic Messages";

    public string Route => "/v1/messages";

    public override string ToString() => Name;

    /// <summary>Without retries: a test wants to see the first answer.</summary>
    public static AnthropicClient Client(Uri router) => new(new ClientOptions { BaseUrl = router.GetLeftPart(UriPartial.Authority), ApiKey = "dummy", MaxRetries = 0 });

    public static MessageCreateParams Request(string model, params IReadOnlyList<MessageParam> messages) => new() { Model = model, MaxTokens = 200, Messages = messages };

    public static MessageParam User(string text) => new UserMessageParam(text);

    public async Task<(string Text, int Pieces)> AskAsync(Uri router, string model, string question, bool stream)
    {
        var (content, pieces) = await OnceAsync(router, Request(model, User(question)), stream);
        return (TextOf(content), pieces);
    }

    public async Task<(string Tool, string Arguments, string Text)> CallAsync(Uri router, string model, string question, bool stream)
    {
        var request = Request(model, User(question)) with { Tools = [Weather] };
        var (asked, _) = await OnceAsync(router, request, stream);
        var call = asked.Select(block => block.TryPickToolUse(out var use) ? use : null).Single(use => use is not null)!;
        List<ContentBlockParam> called = [new ToolUseBlockParam { ID = call.ID, Name = call.Name, Input = call.Input }];
        List<ContentBlockParam> result = [new ToolResultBlockParam(call.ID) { Content = Conversation.Weather }];
        var (answer, _) = await OnceAsync(router, request with { Messages = [.. request.Messages, new AssistantMessageParam(called), new UserMessageParam(result)] }, stream);
        return (call.Name, JsonSerializer.Serialize(call.Input), TextOf(answer));
    }

    private static string TextOf(IEnumerable<ContentBlock> content) => string.Concat(content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    private static async Task<(IReadOnlyList<ContentBlock> Content, int Pieces)> OnceAsync(Uri router, MessageCreateParams request, bool stream)
    {
        using var client = Client(router);
        return stream ? await StreamedAsync(client, request) : ((await client.Messages.Create(request)).Content, 1);
    }

    /// <summary>Puts the pieces together: a block begins, grows by deltas and ends.</summary>
    private static async Task<(IReadOnlyList<ContentBlock> Content, int Pieces)> StreamedAsync(AnthropicClient client, MessageCreateParams request)
    {
        List<ContentBlock> blocks = [];
        var grown = new StringBuilder();
        RawContentBlockStartEvent? begun = null;
        var pieces = 0;
        await foreach (var part in client.Messages.CreateStreaming(request))
        {
            if (part.TryPickContentBlockStart(out var start))
            {
                (begun, grown) = (start, grown.Clear());
            }
            else if (part.TryPickContentBlockDelta(out var delta))
            {
                pieces++;
                grown.Append(delta.Delta.TryPickText(out var text) ? text.Text : delta.Delta.TryPickInputJson(out var json) ? json.PartialJson : "");
            }
            else if (part.TryPickContentBlockStop(out _))
            {
                blocks.Add(Ended(begun!, grown.ToString()));
            }
        }

        return (blocks, pieces);
    }

    private static ContentBlock Ended(RawContentBlockStartEvent begun, string grown) =>
        begun.ContentBlock.TryPickToolUse(out var use) ? use with { Input = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(grown)! }
        : begun.ContentBlock.TryPickText(out var text) ? text with { Text = text.Text + grown }
        : throw new InvalidOperationException($"A block that nobody asked for: {begun}");
}
