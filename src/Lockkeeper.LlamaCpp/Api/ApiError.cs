using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>An error as OpenAI's clients read it: <c>{"error":{"message","type","param","code"}}</c>.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">OpenAI's coarse kind.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For people: cause and fix.</param>
/// <param name="Param">The request field at fault, where one is.</param>
internal sealed record ApiError(int Status, string Type, string Code, string Message, string? Param = null)
{
    public static ApiError Loading { get; } = new(503, "server_error", "model_loading", "The model is being loaded. GET /health says when it is ready.");

    public static ApiError Stopping { get; } = new(503, "server_error", "shutting_down", "The engine is shutting down.");

    public static ApiError Computation { get; } = new(500, "server_error", "computation_failed", "llama.cpp could not compute the answer; the engine's log says more.");

    public static ApiError Invalid(string code, string message, string? param = null) => new(400, "invalid_request_error", code, message, param);

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Type);
        json.WriteString("param"u8, Param);
        json.WriteString("code"u8, Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
