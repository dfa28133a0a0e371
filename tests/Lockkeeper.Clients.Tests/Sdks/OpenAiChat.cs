using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using OpenAI;
using OpenAI.Chat;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>OpenAI's own SDK for .NET, by chat completions.</summary>
internal sealed class OpenAiChat : ISdk
{
    private static readonly ChatTool Tool = ChatTool.CreateFunctionTool(Conversation.ToolName, Conversation.ToolDescription, BinaryData.FromString(Conversation.ToolSchema));

    public string Name => "OpenAI (.NET)";

    public string Dialect => "OpenAI chat";

    public string Route => "/v1/chat/completions";

    public override string ToString() => Name;

    /// <summary>Without retries: a test wants to see the first answer.</summary>
    public static OpenAIClient Client(Uri router) => new(new ApiKeyCredential("dummy"), new OpenAIClientOptions { Endpoint = new Uri(router, "v1"), RetryPolicy = new ClientRetryPolicy(0) });

    public async Task<(string Text, int Pieces)> AskAsync(Uri router, string model, string question, bool stream)
    {
        var (message, pieces) = await OnceAsync(router, model, [new UserChatMessage(question)], new ChatCompletionOptions { Temperature = 0 }, stream);
        return (message.Content[0].Text, pieces);
    }

    public async Task<(string Tool, string Arguments, string Text)> CallAsync(Uri router, string model, string question, bool stream)
    {
        var options = new ChatCompletionOptions { Temperature = 0, Tools = { Tool } };
        List<ChatMessage> messages = [new UserChatMessage(question)];
        var (asked, _) = await OnceAsync(router, model, messages, options, stream);
        var call = asked.ToolCalls.Single();
        messages.AddRange([asked, new ToolChatMessage(call.Id, Conversation.Weather)]);
        var (answer, _) = await OnceAsync(router, model, messages, options, stream);
        return (call.FunctionName, call.FunctionArguments.ToString(), answer.Content[0].Text);
    }

    private static async Task<(AssistantChatMessage Message, int Pieces)> OnceAsync(Uri router, string model, List<ChatMessage> messages, ChatCompletionOptions options, bool stream)
    {
        var chat = Client(router).GetChatClient(model);
        return stream ? await StreamedAsync(chat, messages, options) : (new AssistantChatMessage((await chat.CompleteChatAsync(messages, options)).Value), 1);
    }

    /// <summary>Puts the pieces together: text, and calls by their place.</summary>
    private static async Task<(AssistantChatMessage Message, int Pieces)> StreamedAsync(ChatClient chat, List<ChatMessage> messages, ChatCompletionOptions options)
    {
        var text = new StringBuilder();
        var calls = new SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)>();
        var pieces = 0;
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, options))
        {
            pieces += update.ContentUpdate.Count;
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
            foreach (var part in update.ToolCallUpdates)
            {
                calls.TryAdd(part.Index, (part.ToolCallId, part.FunctionName, new StringBuilder()));
                calls[part.Index].Arguments.Append(part.FunctionArgumentsUpdate);
            }
        }

        return calls.Count == 0
            ? (new AssistantChatMessage(text.ToString()), pieces)
            : (new AssistantChatMessage(calls.Values.Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments.ToString())))), pieces);
    }
}
