using System.Globalization;
using System.Runtime.InteropServices;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>A model in memory with everything that serves it. Made, used for decoding and disposed by the decoder's thread; the vocabulary and template may be used by any.</summary>
internal sealed class LoadedModel : IDisposable
{
    /// <summary>Tokens of the prompt that llama.cpp reads at once. A client that leaves is noticed in between.</summary>
    private const uint PromptChunk = 512;

    /// <summary>
    /// Tokens of a batch that may have a result. Only the last token of a prompt is ever sampled from, but each token of a text to embed has a vector.
    /// llama.cpp makes room for the scores of all of them: with a vocabulary of 150,000 these are 19 MB, and 512 would be 300 MB.
    /// </summary>
    public const int MostOutputs = 32;

    /// <summary>
    /// More than any model has. llama.cpp keeps some 60 bytes for each token of context before it asks for the memory that may fail,
    /// so a file or a command line that claims billions would take the machine down instead of being refused.
    /// </summary>
    private const int MostContext = 16 * 1024 * 1024;

    private const int ShownOfTemplate = 60;

    private readonly ModelHandle _model;
    private readonly ContextHandle _context;
    private readonly ThreadpoolHandle? _threads;

    private LoadedModel(ModelHandle model, ContextHandle context, ThreadpoolHandle? threads, ChatTemplate? template)
    {
        _model = model;
        _context = context;
        _threads = threads;
        Template = template;
        Vocabulary = new Vocabulary(model);
        Pooling = PoolingOf.Model(model);
        EmbeddingWidth = LlamaApi.ModelEmbeddingWidth(model);
        ContextSize = (int)LlamaApi.ContextSizePerSequence(context);
        Facts = new ModelFacts(ContextSize, LlamaApi.ModelTrainedContext(model), Vocabulary.Count, LlamaApi.ModelParameterCount(model), LlamaApi.ModelSize(model));
    }

    /// <summary>Null for a model that was not trained on conversations.</summary>
    public ChatTemplate? Template { get; }

    public Vocabulary Vocabulary { get; }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int ContextSize { get; }

    /// <summary>Numbers of a vector.</summary>
    public int EmbeddingWidth { get; }

    public Pooling Pooling { get; }

    public ModelFacts Facts { get; }

    public ContextHandle Context => _context;

    /// <exception cref="EngineLoadException">It cannot be served.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="signal"/> said so.</exception>
    public static LoadedModel Open(EngineOptions options, StopSignal signal)
    {
        GgufFile.Check(options.ModelPath);
        NativeLibraries.Load();
        LlamaLog.KeepErrors();
        try
        {
            return OpenLoaded(options, signal);
        }
        finally
        {
            LlamaLog.TakeErrors();
        }
    }

    public void Dispose()
    {
        Vocabulary.Dispose();
        _context.Dispose();
        _threads?.Dispose();
        _model.Dispose();
    }

    private static LoadedModel OpenLoaded(EngineOptions options, StopSignal signal)
    {
        var model = OpenModel(options, signal);
        ContextHandle? context = null;
        ThreadpoolHandle? threads = null;
        try
        {
            var template = ReadTemplate(model, options);
            var threadCount = options.Threads ?? CpuCores.For(LlamaApi.ModelSize(model));
            context = OpenContext(model, options, threadCount, signal);
            if (LlamaApi.ContextMemory(context) == nint.Zero)
            {
                throw new EngineLoadException($"{options.ModelPath} reads texts whole and generates none (BERT and its like do). The built-in engine serves decoder models.");
            }

            threads = ThreadpoolHandle.Open(threadCount);
            if (threads is not null)
            {
                LlamaApi.AttachThreadpool(context, threads, threads);
            }

            return new LoadedModel(model, context, threads, template);
        }
        catch (Exception)
        {
            context?.Dispose();
            threads?.Dispose();
            model.Dispose();
            throw;
        }
    }

    private static unsafe ModelHandle OpenModel(EngineOptions options, StopSignal signal)
    {
        var parameters = LlamaApi.ModelDefaultParams();
        parameters.GpuLayers = options.GpuLayers;
        parameters.Progress = StopSignal.Progress;
        parameters.ProgressData = signal.Data;
        var model = ModelHandle.Open(options.ModelPath, parameters);
        signal.Token.ThrowIfCancellationRequested();
        if (model is null)
        {
            throw new EngineLoadException($"llama.cpp cannot load {options.ModelPath}: {Evidence("it gave no reason")}");
        }

        if (LlamaApi.ModelHasDecoder(model) == 0 || LlamaApi.ModelHasEncoder(model) != 0)
        {
            model.Dispose();
            throw new EngineLoadException($"{options.ModelPath} is not a model that generates text from text alone (it has an encoder, or no decoder). The built-in engine serves decoder models.");
        }

        return model;
    }

    private static unsafe ContextHandle OpenContext(ModelHandle model, EngineOptions options, int threads, StopSignal signal)
    {
        var size = options.ContextSize ?? LlamaApi.ModelTrainedContext(model);
        if (size is < 1 or > MostContext)
        {
            throw new EngineLoadException(string.Create(CultureInfo.InvariantCulture,
                $"A context of {size} tokens is not possible for {options.ModelPath}: give --ctx-size a number between 1 and {MostContext}."));
        }

        var parameters = LlamaApi.ContextDefaultParams();
        parameters.ContextSize = (uint)size;
        parameters.BatchSize = PromptChunk;
        parameters.MicroBatchSize = PromptChunk;
        parameters.MaxSequences = 1;

        parameters.MaxOutputs = MostOutputs;

        // Vectors are asked for token by token and pooled here: llama.cpp would pool each chunk for itself. It warns of whoever says so without need.
        parameters.PoolingType = PoolingOf.Model(model) == Pooling.None ? parameters.PoolingType : (int)Pooling.None;
        parameters.Threads = threads;
        parameters.ThreadsBatch = threads;
        parameters.Abort = StopSignal.Abort;
        parameters.AbortData = signal.Data;
        return ContextHandle.Open(model, parameters) ?? throw new EngineLoadException(string.Create(CultureInfo.InvariantCulture,
            $"llama.cpp cannot make a context of {size} tokens for {options.ModelPath}: {Evidence("most likely there is not enough memory")}. A smaller --ctx-size needs less."));
    }

    private static unsafe ChatTemplate? ReadTemplate(ModelHandle model, EngineOptions options)
    {
        if (options.ChatTemplate is { } name)
        {
            return ChatTemplate.TryNamed(name)
                ?? throw new EngineLoadException($"There is no chat template '{name}' here. --chat-template takes one of: {string.Join(", ", ChatTemplate.Names)}.");
        }

        var source = Marshal.PtrToStringUTF8((nint)LlamaApi.ModelChatTemplate(model, null));
        return source is null ? null : ChatTemplate.TryRecognise(source) ?? throw new EngineLoadException(
            $"The chat template of {options.ModelPath} is none that llama.cpp knows by name. It begins: {Shown(source)}. Name one that is like it with --chat-template "
            + $"({string.Join(", ", ChatTemplate.Names)}), or run this model with llama-server --jinja, which interprets any template.");
    }

    private static string Shown(string source)
    {
        var line = string.Join(' ', source.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= ShownOfTemplate ? line : line[..ShownOfTemplate] + "…";
    }

    /// <summary>The first errors are nearest to the cause; later ones only say that loading failed.</summary>
    private static string Evidence(string otherwise)
    {
        var errors = LlamaLog.TakeErrors().Where(line => line.Length > 0).Take(2).ToList();
        return errors.Count == 0 ? otherwise : string.Join("; ", errors);
    }
}
