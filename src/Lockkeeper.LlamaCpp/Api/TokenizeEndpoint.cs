using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Templates;
using Microsoft.AspNetCore.Http;
using Decoder = Lockkeeper.LlamaCpp.Inference.Decoder;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /tokenize</c>. It computes nothing, so it waits for nobody.</summary>
internal sealed class TokenizeEndpoint(Decoder decoder) : ModelEndpoint<TokenizeRequest>(decoder)
{
    protected override TokenizeRequest Read(JsonElement root, JsonFields fields) => TokenizeRequest.Read(root, fields);

    protected override async Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, TokenizeRequest request)
    {
        IReadOnlyList<PromptPart>? parts = [new PromptPart(Encoding.UTF8.GetBytes(request.Text ?? ""), request.ParseSpecial)];
        if (request.Conversation is { } conversation)
        {
            (parts, var problem) = Prompt.Render(conversation, model);
            if (parts is null)
            {
                return problem;
            }
        }

        var tokens = model.Vocabulary.Tokenise(parts, request.AddSpecial);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, tokens, model, request));
        return null;
    }

    private static void Write(Utf8JsonWriter json, int[] tokens, LoadedModel model, TokenizeRequest request)
    {
        json.WriteStartObject();
        if (request.IsCounted)
        {
            json.WriteNumber("count"u8, tokens.Length);
            json.WriteNumber("max_model_len"u8, model.ContextSize);
        }

        json.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
        {
            if (request.WithPieces)
            {
                WritePiece(json, token, model.Vocabulary);
            }
            else
            {
                json.WriteNumberValue(token);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>As llama-server does: a string, or an array of bytes where the token is only a part of a character.</summary>
    private static void WritePiece(Utf8JsonWriter json, int token, Vocabulary vocabulary)
    {
        var piece = vocabulary.Bytes([token]);
        json.WriteStartObject();
        json.WriteNumber("id"u8, token);
        if (Utf8.IsValid(piece))
        {
            json.WriteString("piece"u8, piece);
        }
        else
        {
            json.WriteStartArray("piece"u8);
            foreach (var value in piece)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
