namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>One request on its way through the <see cref="Decoder"/>, which alone tells it what became of it.</summary>
internal abstract class Work(CancellationToken leave)
{
    /// <summary>The client has left.</summary>
    public CancellationToken Leave { get; } = leave;

    /// <summary>There is no result, or no more of it. Called at most once, before <see cref="End"/>.</summary>
    internal abstract void Fail(GenerationFailure reason);

    /// <summary>Nothing more will come. Called once, also when the client has left.</summary>
    internal abstract void End();
}
