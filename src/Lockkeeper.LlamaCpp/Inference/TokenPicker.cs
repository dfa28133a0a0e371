using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>Chooses the next token of one answer, by the scores that the model gave and within what a grammar allows.</summary>
internal sealed unsafe class TokenPicker : IDisposable
{
    private readonly ContextHandle _context;
    private readonly SamplerHandle _chain;
    private readonly SamplerHandle? _grammar;
    private readonly Candidate[] _candidates;

    public TokenPicker(LoadedModel model, GenerationRequest request)
    {
        _context = model.Context;
        _chain = request.Sampling.Open(model.Vocabulary.Count, model.ContextSize);
        _grammar = request.Grammar is { } grammar
            ? model.Vocabulary.OpenGrammar(grammar) ?? throw new InvalidOperationException("llama.cpp took the grammar when the request came and does not now.")
            : null;
        _candidates = _grammar is null ? [] : new Candidate[model.Vocabulary.Count];
    }

    /// <summary>Null when the grammar allows no token at all, not even one that ends the answer: the answer is over.</summary>
    public int? Pick()
    {
        if (_grammar is null)
        {
            return LlamaApi.SamplerSample(_chain, _context, -1);
        }

        // Most choices are allowed anyway, and asking the grammar about one token is thousands of times cheaper than about all.
        if (Choose(_grammar, asksGrammar: false) is not { } token || !Allows(_grammar, token))
        {
            if (Choose(_grammar, asksGrammar: true) is not { } allowed)
            {
                return null;
            }

            token = allowed;
        }

        // A token that the grammar does not allow must never be accepted: llama.cpp throws, and nothing catches it on this side.
        LlamaApi.SamplerAccept(_chain, token);
        LlamaApi.SamplerAccept(_grammar, token);
        return token;
    }

    public void Dispose()
    {
        _chain.Dispose();
        _grammar?.Dispose();
    }

    private static bool Allows(SamplerHandle grammar, int token)
    {
        var candidate = new Candidate { Token = token };
        var candidates = new Candidates { Data = &candidate, Count = 1, Selected = -1 };
        LlamaApi.SamplerApply(grammar, &candidates);
        return candidate.Logit > float.NegativeInfinity;
    }

    private int? Choose(SamplerHandle grammar, bool asksGrammar)
    {
        var scores = new ReadOnlySpan<float>(LlamaApi.Logits(_context, -1), _candidates.Length);
        for (var token = 0; token < scores.Length; token++)
        {
            _candidates[token] = new Candidate { Token = token, Logit = scores[token] };
        }

        fixed (Candidate* first = _candidates)
        {
            var candidates = new Candidates { Data = first, Count = (nuint)_candidates.Length, Selected = -1 };
            if (asksGrammar)
            {
                LlamaApi.SamplerApply(grammar, &candidates);
                if (!Array.Exists(_candidates, candidate => candidate.Logit > float.NegativeInfinity))
                {
                    return null;
                }
            }

            LlamaApi.SamplerApply(_chain, &candidates);
            return candidates.Selected < 0 ? null : candidates.Data[candidates.Selected].Token;
        }
    }
}
