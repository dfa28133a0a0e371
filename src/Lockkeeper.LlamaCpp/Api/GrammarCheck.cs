using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Asks llama.cpp about a grammar before a request waits in the queue with it.</summary>
internal static class GrammarCheck
{
    /// <summary>Null when it is understood, or there is none.</summary>
    public static ApiError? Problem(string? grammar, LoadedModel model)
    {
        if (grammar is null)
        {
            return null;
        }

        LlamaLog.KeepErrors();
        using var sampler = model.Vocabulary.OpenGrammar(grammar);
        var errors = LlamaLog.TakeErrors();
        return sampler is not null
            ? null
            : ApiError.Invalid("invalid_value", $"The grammar of the answer is none that llama.cpp understands: {(errors.Count > 0 ? errors[0] : "it gave no reason")}.", "grammar");
    }
}
