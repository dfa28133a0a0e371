using System.Threading.Channels;
using Lockkeeper.LlamaCpp.Interop;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>
/// The one thread that loads the model and decodes, one request after the other in order of arrival. Everybody else posts to it.
/// llama.cpp's contexts belong to one thread at a time; a thread of its own also keeps minutes of computing off the thread pool.
/// </summary>
internal sealed partial class Decoder(EngineOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>A CPU stops within milliseconds; this is for what does not ask.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Channel<Work> _mailbox = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<LoadedModel> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private long _tokensGenerated;
    private volatile bool _isBusy;

    /// <summary>Faults with <see cref="EngineLoadException"/> when the model cannot be served; is cancelled when stopped before it was.</summary>
    public Task<LoadedModel> Loaded => _loaded.Task;

    /// <summary>A request is being worked on.</summary>
    public bool IsBusy => _isBusy;

    /// <summary>Over all requests, the abandoned ones too.</summary>
    public long TokensGenerated => Interlocked.Read(ref _tokensGenerated);

    public void Start() => new Thread(Run) { IsBackground = true, Name = "decoder" }.Start();

    /// <summary>Queues a request. Its events tell the rest.</summary>
    public Generation Post(GenerationRequest request, CancellationToken leave)
    {
        var generation = new Generation(request, leave);
        Post(generation);
        return generation;
    }

    /// <summary>Queues texts to make vectors of.</summary>
    public Embedding Post(IReadOnlyList<int[]> inputs, CancellationToken leave)
    {
        var embedding = new Embedding(inputs, leave);
        Post(embedding);
        return embedding;
    }

    /// <summary>Stops at the next operation of llama.cpp; whoever is waiting is told so.</summary>
    public async ValueTask DisposeAsync()
    {
        _mailbox.Writer.TryComplete();
        await _stopping.CancelAsync();
        try
        {
            await _ended.Task.WaitAsync(Patience, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // Stuck where nothing can reach it: a file system that does not answer, or a GPU in the middle of a chunk. It ends with the process.
            LogStuck(Patience);
        }
    }

    private static void Refuse(Work work)
    {
        work.Fail(GenerationFailure.Stopping);
        work.End();
    }

    private void Post(Work work)
    {
        if (!_mailbox.Writer.TryWrite(work))
        {
            Refuse(work);
        }
    }

    private void Run()
    {
        try
        {
            using var signal = new StopSignal { Token = _stopping.Token };
            if (Load(signal) is { } model)
            {
                using (model)
                {
                    Serve(model, signal);
                }
            }
        }
        finally
        {
            _mailbox.Writer.TryComplete();
            while (_mailbox.Reader.TryRead(out var left))
            {
                Refuse(left);
            }

            _ended.SetResult();
        }
    }

    private LoadedModel? Load(StopSignal signal)
    {
        LoadedModel? model = null;
        try
        {
            var started = time.GetTimestamp();
            model = LoadedModel.Open(options, signal);
            WarmUp(model);
            var elapsed = time.GetElapsedTime(started);
            LogLoaded(options.ModelPath, elapsed, model.ContextSize);
            _loaded.SetResult(model);
            return model;
        }
        catch (OperationCanceledException)
        {
            _loaded.SetCanceled(_stopping.Token);
        }
        catch (Exception exception)
        {
            _loaded.SetException(exception);
        }

        model?.Dispose();
        return null;
    }

    /// <summary>One token through the whole model: "ready" then means that it computes, and the first request does not wait for its pages.</summary>
    private void WarmUp(LoadedModel model)
    {
        var status = new Sequence(model).Decode([0]);
        _stopping.Token.ThrowIfCancellationRequested();
        if (status != 0)
        {
            throw new EngineLoadException($"{options.ModelPath} was loaded but cannot be computed with (llama_decode returned {status}).");
        }
    }

    private void Serve(LoadedModel model, StopSignal signal)
    {
        var sequence = new Sequence(model);

        // Blocking is what this thread is for: it has nothing else to do.
        while (_mailbox.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (_mailbox.Reader.TryRead(out var work))
            {
                _isBusy = true;
                Serve(model, sequence, work, signal);
                _isBusy = false;
            }
        }
    }

    private void Serve(LoadedModel model, Sequence sequence, Work work, StopSignal signal)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(work.Leave, _stopping.Token);
        signal.Token = stop.Token;
        try
        {
            // Who left the queue must not cost the next one what is kept of the prompt before.
            var isDone = !stop.IsCancellationRequested && work switch
            {
                Generation generation => Generate(model, sequence, generation, stop.Token),
                Embedding embedding => Embed(sequence, embedding, stop.Token),
                _ => throw new InvalidOperationException($"Nobody does {work.GetType().Name}."),
            };
            if (!isDone && _stopping.IsCancellationRequested)
            {
                work.Fail(GenerationFailure.Stopping);
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception);
            work.Fail(GenerationFailure.Computation);
        }
        finally
        {
            signal.Token = _stopping.Token;
            work.End();
        }
    }

    /// <returns>False when stopped before the last vector.</returns>
    private static bool Embed(Sequence sequence, Embedding embedding, CancellationToken stop)
    {
        var vectors = new List<float[]>(embedding.Inputs.Count);
        foreach (var input in embedding.Inputs)
        {
            if (sequence.Embed(input, stop) is not { } vector)
            {
                return false;
            }

            vectors.Add(vector);
        }

        embedding.Finish(vectors);
        return true;
    }

    /// <returns>False when stopped before the answer was over.</returns>
    private bool Generate(LoadedModel model, Sequence sequence, Generation generation, CancellationToken stop)
    {
        var request = generation.Request;
        var started = time.GetTimestamp();
        if (!sequence.Read(request.Prompt, stop, out var kept))
        {
            return false;
        }

        using var picker = new TokenPicker(model, request);
        var text = new AnswerText(model.Vocabulary, request.Stops, withControl: request.Grammar is not null);
        var limit = Math.Min(request.MaxTokens ?? int.MaxValue, model.ContextSize - request.Prompt.Length);
        var first = time.GetTimestamp();
        generation.Report(GenerationEvent.Started.Instance);
        for (var generated = 1; !stop.IsCancellationRequested; generated++)
        {
            var token = picker.Pick();
            Interlocked.Increment(ref _tokensGenerated);
            var reason = Consume(token, text, model.Vocabulary) ? FinishReason.Stop : generated == limit ? FinishReason.Length : (FinishReason?)null;
            if (reason == FinishReason.Length)
            {
                text.End();
            }

            if (text.Take() is { Length: > 0 } utf8)
            {
                generation.Report(new GenerationEvent.Text(utf8));
            }

            if (reason is { } over)
            {
                var figures = new GenerationFigures(request.Prompt.Length, kept, generated, time.GetElapsedTime(started, first), time.GetElapsedTime(first));
                generation.Report(new GenerationEvent.Finished(over, figures) { Stop = text.Stop });
                return true;
            }

            if (!sequence.Advance([token!.Value]))
            {
                return false;
            }
        }

        return false;
    }

    /// <param name="token">Null when none may follow.</param>
    /// <param name="text">Where its text goes.</param>
    /// <param name="vocabulary">What it means.</param>
    /// <returns>True when the answer ends with this token.</returns>
    private static bool Consume(int? token, AnswerText text, Vocabulary vocabulary)
    {
        if (token is { } next && !vocabulary.EndsGeneration(next))
        {
            return text.Push(next);
        }

        text.End();
        return true;
    }

    [LoggerMessage(EventId = 910, Level = LogLevel.Information, Message = "Loaded {Model} in {Elapsed}, context {Context} tokens")]
    private partial void LogLoaded(string model, TimeSpan elapsed, int context);

    [LoggerMessage(EventId = 912, Level = LogLevel.Warning, Message = "llama.cpp did not stop within {Patience}")]
    private partial void LogStuck(TimeSpan patience);

    [LoggerMessage(EventId = 911, Level = LogLevel.Error, Message = "A request failed while the model computed")]
    private partial void LogFailed(Exception exception);
}
