using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>
/// Borrows the vocabulary of a model and keeps that model alive meanwhile. Tokenising happens on request threads, at any time:
/// without the borrow a request that arrives while the engine stops would read a freed model.
/// </summary>
internal sealed class VocabularyHandle : SafeHandle
{
    private readonly ModelHandle _model;

    private VocabularyHandle(nint vocabulary, ModelHandle model)
        : base(nint.Zero, ownsHandle: true)
    {
        var added = false;
        model.DangerousAddRef(ref added);
        _model = model;
        SetHandle(vocabulary);
    }

    public override bool IsInvalid => handle == nint.Zero;

    public static VocabularyHandle Of(ModelHandle model) => new(LlamaApi.ModelVocabulary(model), model);

    protected override bool ReleaseHandle()
    {
        _model.DangerousRelease();
        return true;
    }
}
