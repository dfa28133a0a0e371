using System.Threading.Channels;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>An answer that is being generated. Only the decoder writes its events and ends them.</summary>
internal sealed class Generation(GenerationRequest request, CancellationToken leave) : Work(leave)
{
    // Unbounded, yet small: an answer cannot be longer than the context. So a slow reader never keeps the engine busy.
    private readonly Channel<GenerationEvent> _events = Channel.CreateUnbounded<GenerationEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    public GenerationRequest Request { get; } = request;

    /// <summary>Ends after the last event, and without one when the client has left.</summary>
    public IAsyncEnumerable<GenerationEvent> Events => _events.Reader.ReadAllAsync(Leave);

    internal void Report(GenerationEvent happened) => _events.Writer.TryWrite(happened);

    internal override void Fail(GenerationFailure reason) => Report(new GenerationEvent.Failed(reason));

    internal override void End() => _events.Writer.TryComplete();
}
