using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What of a <c>POST /v1/completions</c> body is understood. Everything else in it is ignored.</summary>
/// <param name="Input">What to go on with.</param>
/// <param name="Suffix">What comes after the gap to fill; null when there is none.</param>
/// <param name="Echo">The answer begins with the prompt.</param>
/// <param name="Generation">How to go on.</param>
/// <param name="Grammar">What the answer has to look like; null for anything.</param>
internal sealed record CompletionRequest(TextInput Input, string? Suffix, bool Echo, GenerationFields Generation, string? Grammar)
{
    public static CompletionRequest Read(JsonElement root, JsonFields fields)
    {
        var inputs = TextInput.Read(root, "prompt", fields);
        if (inputs.Count > 1)
        {
            fields.Fail("prompt", $"must be one prompt, not {inputs.Count}: the built-in engine gives one answer to a request.", "unsupported_value");
        }

        if (fields.Integer(root, "logprobs", 0) is > 0)
        {
            fields.Fail("logprobs", "is not supported: the built-in engine reports no probabilities.", "unsupported_value");
        }

        var suffix = JsonFields.Find(root, "suffix") is { } value ? fields.Text(value, "suffix") : null;
        return new CompletionRequest(
            inputs.Count > 0 ? inputs[0] : new TextInput("prompt", "", null),
            suffix is "" ? null : suffix,
            fields.Boolean(root, "echo") ?? false,
            GenerationFields.Read(root, fields),
            GrammarReader.Read(root, new ToolUse([], [], IsOneCall: false), fields));
    }
}
