using System.Text;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Templates;
using Microsoft.AspNetCore.Http;
using Decoder = Lockkeeper.LlamaCpp.Inference.Decoder;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /apply-template</c>: the prompt that a conversation becomes.</summary>
internal sealed class TemplateEndpoint(Decoder decoder) : ModelEndpoint<Conversation>(decoder)
{
    protected override Conversation Read(JsonElement root, JsonFields fields) => ChatRequestReader.ReadConversation(root, fields);

    protected override async Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, Conversation request)
    {
        var (parts, problem) = Prompt.Render(request, model);
        if (parts is null)
        {
            return problem;
        }

        var prompt = string.Concat(parts.Select(part => Encoding.UTF8.GetString(part.Text.Span)));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("prompt"u8, prompt);
            json.WriteEndObject();
        });
        return null;
    }
}
