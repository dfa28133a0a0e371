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
    private const int Aborted = 2;

    /// <summary>A CPU stops within milliseconds; this is for what does not ask.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Channel<Generation> _mailbox = Channel.CreateUnbounded<Generation>(new UnboundedChannelOptions { SingleReader = true });
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
        if (!_mailbox.Writer.TryWrite(generation))
        {
            Refuse(generation);
        }

        return generation;
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

    private static void Refuse(Generation generation)
    {
        generation.Report(new GenerationEvent.Failed(GenerationFailure.Stopping));
        generation.End();
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
        var status = Decode(model, [0]);
        _stopping.Token.ThrowIfCancellationRequested();
        if (status != 0)
        {
            throw new EngineLoadException($"{options.ModelPath} was loaded but cannot be computed with (llama_decode returned {status}).");
        }
    }

    private void Serve(LoadedModel model, StopSignal signal)
    {
        // Blocking is what this thread is for: it has nothing else to do.
        while (_mailbox.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (_mailbox.Reader.TryRead(out var generation))
            {
                _isBusy = true;
                Serve(model, generation, signal);
                _isBusy = false;
            }
        }
    }

    private void Serve(LoadedModel model, Generation generation, StopSignal signal)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(generation.Leave, _stopping.Token);
        signal.Token = stop.Token;
        try
        {
            if (!Generate(model, generation, stop.Token) && _stopping.IsCancellationRequested)
            {
                generation.Report(new GenerationEvent.Failed(GenerationFailure.Stopping));
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception);
            generation.Report(new GenerationEvent.Failed(GenerationFailure.Computation));
        }
        finally
        {
            signal.Token = _stopping.Token;
            generation.End();
        }
    }

    /// <returns>False when stopped before the answer was over.</returns>
    private bool Generate(LoadedModel model, Generation generation, CancellationToken stop)
    {
        var request = generation.Request;
        var started = time.GetTimestamp();
        if (!ReadPrompt(model, request.Prompt, stop))
        {
            return false;
        }

        using var sampler = request.Sampling.Open();
        var text = new AnswerText(model.Vocabulary, request.Stops);
        var limit = Math.Min(request.MaxTokens ?? int.MaxValue, model.ContextSize - request.Prompt.Length);
        var first = time.GetTimestamp();
        generation.Report(GenerationEvent.Started.Instance);
        for (var generated = 1; !stop.IsCancellationRequested; generated++)
        {
            var token = LlamaApi.SamplerSample(sampler, model.Context, -1);
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
                var figures = new GenerationFigures(request.Prompt.Length, generated, time.GetElapsedTime(started, first), time.GetElapsedTime(first));
                generation.Report(new GenerationEvent.Finished(over, figures));
                return true;
            }

            if (!Advance(model, [token]))
            {
                return false;
            }
        }

        return false;
    }

    /// <returns>True when the answer ends with this token.</returns>
    private static bool Consume(int token, AnswerText text, Vocabulary vocabulary)
    {
        if (!vocabulary.EndsGeneration(token))
        {
            return text.Push(token);
        }

        text.End();
        return true;
    }

    /// <summary>Brings the prompt into the context, in chunks. This is where a prefix that is there already would be kept.</summary>
    private static bool ReadPrompt(LoadedModel model, int[] prompt, CancellationToken stop)
    {
        LlamaApi.MemoryClear(LlamaApi.ContextMemory(model.Context), data: 0);
        var chunk = (int)LlamaApi.ContextBatchSize(model.Context);
        for (var at = 0; at < prompt.Length; at += chunk)
        {
            if (stop.IsCancellationRequested || !Advance(model, prompt.AsSpan(at, Math.Min(chunk, prompt.Length - at))))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>False when stopped in the middle.</returns>
    private static bool Advance(LoadedModel model, ReadOnlySpan<int> tokens) => Decode(model, tokens) switch
    {
        0 => true,
        Aborted => false,
        var status => throw new InvalidOperationException($"llama_decode returned {status} for {tokens.Length} tokens."),
    };

    private static unsafe int Decode(LoadedModel model, ReadOnlySpan<int> tokens)
    {
        fixed (int* first = tokens)
        {
            return LlamaApi.Decode(model.Context, new Batch { Count = tokens.Length, Tokens = first });
        }
    }

    [LoggerMessage(EventId = 910, Level = LogLevel.Information, Message = "Loaded {Model} in {Elapsed}, context {Context} tokens")]
    private partial void LogLoaded(string model, TimeSpan elapsed, int context);

    [LoggerMessage(EventId = 912, Level = LogLevel.Warning, Message = "llama.cpp did not stop within {Patience}")]
    private partial void LogStuck(TimeSpan patience);

    [LoggerMessage(EventId = 911, Level = LogLevel.Error, Message = "A request failed while the model computed")]
    private partial void LogFailed(Exception exception);
}
