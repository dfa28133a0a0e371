namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>Texts that are being turned into vectors.</summary>
/// <param name="inputs">Tokens of each, at least one and no more than the context holds.</param>
/// <param name="leave">The client has left.</param>
internal sealed class Embedding(IReadOnlyList<int[]> inputs, CancellationToken leave) : Work(leave)
{
    private readonly TaskCompletionSource<EmbeddingResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<int[]> Inputs { get; } = inputs;

    /// <summary>Is cancelled when the client leaves.</summary>
    public Task<EmbeddingResult> Result => _result.Task.WaitAsync(Leave);

    internal void Finish(IReadOnlyList<float[]> vectors) => _result.TrySetResult(new EmbeddingResult(vectors, null));

    internal override void Fail(GenerationFailure reason) => _result.TrySetResult(new EmbeddingResult([], reason));

    internal override void End() => _result.TrySetCanceled(CancellationToken.None);
}
