namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>What a generation reports, in this order: once <see cref="Started"/>, any number of <see cref="Text"/>, once <see cref="Finished"/>; <see cref="Failed"/> may come at any point, last.</summary>
internal abstract record GenerationEvent
{
    private GenerationEvent()
    {
    }

    /// <summary>The prompt has been read; the first token exists.</summary>
    public sealed record Started : GenerationEvent
    {
        public static Started Instance { get; } = new();
    }

    /// <param name="Utf8">Whole characters, at least one.</param>
    public sealed record Text(ReadOnlyMemory<byte> Utf8) : GenerationEvent;

    public sealed record Finished(FinishReason Reason, GenerationFigures Figures) : GenerationEvent
    {
        /// <summary>The stop string that ended it; null when none did.</summary>
        public string? Stop { get; init; }
    }

    public sealed record Failed(GenerationFailure Reason) : GenerationEvent;
}
