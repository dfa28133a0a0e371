using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI.Responses;

namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>OpenAI's own SDK for .NET, by responses, which its makers call experimental.</summary>
internal sealed class OpenAiResponses : ISdk
{
    private static readonly ResponseTool Tool = ResponseTool.CreateFunctionTool(
        Conversation.ToolName, BinaryData.FromString(Conversation.ToolSchema), strictModeEnabled: null, Conversation.ToolDescription);

    public string Name => "OpenAI Responses (.NET)";

    public string Dialect => "OpenAI Responses";

    public string Route => "/v1/responses";

    public override string ToString() => Name;

    /// <summary>Without retries: a test wants to see the first answer.</summary>
    public static ResponsesClient Client(Uri router) => new(new ApiKeyCredential("dummy"), new ResponsesClientOptions { Endpoint = new Uri(router, "v1"), RetryPolicy = new ClientRetryPolicy(0) });

    public static CreateResponseOptions Request(string model, params IEnumerable<ResponseItem> input) => new(model, input) { Temperature = 0 };

    public async Task<(string Text, int Pieces)> AskAsync(Uri router, string model, string question, bool stream)
    {
        var (response, pieces) = await OnceAsync(router, Request(model, ResponseItem.CreateUserMessageItem(question)), stream);
        return (response.GetOutputText(), pieces);
    }

    public async Task<(string Tool, string Arguments, string Text)> CallAsync(Uri router, string model, string question, bool stream)
    {
        var asking = Request(model, ResponseItem.CreateUserMessageItem(question));
        asking.Tools.Add(Tool);
        var (asked, _) = await OnceAsync(router, asking, stream);
        var call = asked.OutputItems.OfType<FunctionCallResponseItem>().Single();

        // All that came is sent back, as the SDK's own examples do.
        var telling = Request(model, [.. asking.InputItems, .. asked.OutputItems, ResponseItem.CreateFunctionCallOutputItem(call.CallId, Conversation.Weather)]);
        telling.Tools.Add(Tool);
        var (answer, _) = await OnceAsync(router, telling, stream);
        return (call.FunctionName, call.FunctionArguments.ToString(), answer.GetOutputText());
    }

    private static async Task<(ResponseResult Response, int Pieces)> OnceAsync(Uri router, CreateResponseOptions request, bool stream)
    {
        var client = Client(router);
        return stream ? await StreamedAsync(client, request) : ((await client.CreateResponseAsync(request)).Value, 1);
    }

    /// <summary>The response is in the last event; what came before has to be the same.</summary>
    private static async Task<(ResponseResult Response, int Pieces)> StreamedAsync(ResponsesClient client, CreateResponseOptions request)
    {
        request.StreamingEnabled = true;
        List<ResponseItem> done = [];
        var text = "";
        var pieces = 0;
        var number = 0;
        ResponseResult? response = null;
        await foreach (var update in await client.CreateResponseStreamingAsync(request))
        {
            if (update.SequenceNumber != number++)
            {
                throw new InvalidOperationException($"{update.GetType().Name} has the number {update.SequenceNumber}, and {number - 1} is next.");
            }

            switch (update)
            {
                case StreamingResponseOutputTextDeltaUpdate delta:
                    text += delta.Delta;
                    pieces++;
                    break;
                case StreamingResponseOutputItemDoneUpdate item:
                    done.Add(item.Item);
                    break;
                case StreamingResponseCompletedUpdate completed:
                    response = completed.Response;
                    break;
            }
        }

        return response is not null && (response.GetOutputText() ?? "") == text && response.OutputItems.Select(item => item.Id).SequenceEqual(done.Select(item => item.Id))
            ? (response, pieces)
            : throw new InvalidOperationException($"Its end tells something else than its stream: '{response?.GetOutputText()}' and '{text}'.");
    }
}
