using System.Buffers;
using System.Collections.Immutable;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Dialects.Responses;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Forwarding;
using ChatStream = Lockkeeper.Core.Dialects.OpenAi.ChatStream;

namespace Lockkeeper.Server.Ingress;

/// <summary>How an engine is asked: what it is sent before the model's shape is applied, and what becomes of its answer.</summary>
internal sealed record Plan
{
    /// <summary>The client's own bytes, or what they were translated to.</summary>
    public required ReadOnlySequence<byte> Body { get; init; }

    /// <summary>Where things stand in it.</summary>
    public required BodyPeek Facts { get; init; }

    /// <summary>The engine's route.</summary>
    public required string Path { get; init; }

    /// <summary>The dialect the body is in.</summary>
    public required EngineDialect Engine { get; init; }

    public required AnswerForm Answer { get; init; }

    /// <summary>Whether the body is the client's own.</summary>
    public bool IsNative { get; init; }

    public bool Stream { get; init; }

    /// <summary>Whether the engine must not compress its answer.</summary>
    public bool IsPlain { get; init; }

    public IClientVoice? Voice { get; init; }

    /// <summary>How long the client waits for its answer; null for as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Nothing is asked but that the model be loaded, or go; null for a real request.</summary>
    public OllamaRequest? Wish { get; init; }

    /// <summary>The chat whose tokens are to be counted; null for a real request.</summary>
    public ChatTurn? Counts { get; init; }

    /// <summary>A program answers; null for an engine.</summary>
    public ProgramQuestion? Program { get; init; }

    /// <summary>The images that have to be looked at first, where the engine is not asked in OpenAI's words; null for none. What there is of a body until then is nothing to send.</summary>
    public Unlooked? Unlooked { get; init; }

    /// <summary>Whether it is a chat as OpenAI has it: only those have templates, and parts whose media are looked at.</summary>
    public bool IsOpenAiChat => Path == InferRoutes.Chat;

    /// <summary>The engine is sent what the client sent, and the client gets what the engine answers.</summary>
    public static Plan AsItIs(Conversation asked, IngressOptions limits)
    {
        var stream = asked.Stream ? Speaker(asked, limits) : null;
        return new Plan
        {
            Body = asked.Body,
            Facts = asked.Peeked.Facts,
            Path = asked.Route.EnginePath,
            Engine = asked.Route.Native,
            Answer = new PassedForm(asked.Naming.Model, stream is ResponsesStream told ? () => new ResumedStage(told) : null) { HasEnd = asked.Route.Needs is Capability.Chat or Capability.Completion },
            IsNative = true,
            Stream = asked.Stream,
            IsPlain = !string.Equals(asked.Naming.Model, asked.Model.AskedAs, StringComparison.Ordinal),
            Voice = (IClientVoice?)stream ?? (asked.Route.IsJson ? Quiet(asked, limits) : null),
        };
    }

    /// <summary>The engine is sent what the client sent, but its answer is read and written anew.</summary>
    public static Plan Told(Conversation asked, ClientChat chat, EngineWords engine, IngressOptions limits)
    {
        var voice = asked.Stream ? chat.ToStream(asked.Output, asked.Naming) : null;
        return new Plan
        {
            Body = asked.Body,
            Facts = asked.Peeked.Facts,
            Path = engine.Dialect.ChatPath,
            Engine = engine.Name,
            Answer = new ToldForm(engine.Dialect, voice?.ContentType ?? JsonVoice.MediaType, output => Filtered(asked, chat.Turn.Tools, voice ?? chat.ToWhole(output, asked.Naming))),
            IsNative = asked.Route.Native == engine.Name,
            Stream = asked.Stream,
            IsPlain = true,
            Voice = (IClientVoice?)voice ?? Quiet(asked, limits),
        };
    }

    /// <summary>The engine is asked in another dialect.</summary>
    public static Checked<Plan> Translated(Conversation asked, ClientChat chat, EngineWords engine, IngressOptions limits) => Translated(asked, chat, chat.Turn, engine, limits);

    /// <summary>The engine is asked in another dialect, for what has become of the client's chat.</summary>
    public static Checked<Plan> Translated(Conversation asked, ClientChat chat, ChatTurn turn, EngineWords engine, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        engine.Dialect.WriteRequest(turn with { Stream = asked.Stream }, written);
        return Told(asked, chat, engine, limits).With(written);
    }

    /// <summary>Ollama's prompt without a template, for an engine of OpenAI's dialect.</summary>
    public static Checked<Plan> Completion(Conversation asked, CompletionTurn turn, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        CompletionEngine.WriteRequest(turn with { Stream = asked.Stream }, written);
        var stream = asked.Stream ? new GenerateStream(asked.Output, asked.Naming, asked.Clock) : null;
        return new Plan
        {
            Body = default,
            Facts = default,
            Path = CompletionEngine.Path,
            Engine = EngineDialect.Openai,
            Answer = new ToldForm(EngineWords.OpenAi.Dialect, stream?.ContentType ?? JsonVoice.MediaType, output => stream ?? (IAnswerSink)new GenerateAnswer(output, asked.Naming, asked.Clock)),
            Stream = asked.Stream,
            IsPlain = true,
            Voice = (IClientVoice?)stream ?? Quiet(asked, limits),
        }.With(written);
    }

    /// <summary>Ollama's embeddings, for an engine of OpenAI's dialect.</summary>
    public static Checked<Plan> Embeddings(Conversation asked, EmbedRequest request, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        request.Write(written);
        return new Plan
        {
            Body = default,
            Facts = default,
            Path = InferRoutes.Embeddings,
            Engine = EngineDialect.Openai,
            Answer = new ConvertedForm((answer, output) => request.WriteAnswer(answer, asked.Naming, asked.Clock, output)),
            IsPlain = true,
            Voice = Quiet(asked, limits),
        }.With(written);
    }

    /// <summary>Nothing is asked but that the model be loaded, or go.</summary>
    public static Plan Silent(Conversation asked, OllamaRequest? wish) => new()
    {
        Body = default,
        Facts = asked.Peeked.Facts,
        Path = asked.Route.EnginePath,
        Engine = asked.Route.Native,
        Answer = UntouchedForm.Instance,
        Wish = wish,
    };

    /// <summary>The tokens of a chat are to be counted.</summary>
    public static Plan Counted(Conversation asked, ChatTurn turn) => Silent(asked, null) with { Counts = turn };

    /// <summary>A program is asked in place of the engine.</summary>
    public static Plan Asked(Conversation asked, ClientChat chat, ClaudeCommand program, IngressOptions limits)
    {
        var stream = asked.Stream ? chat.ToStream(asked.Output, asked.Naming) : null;
        return Silent(asked, null) with
        {
            Program = new ProgramQuestion(
                (sink, cancellation) => program.AskAsync(chat.Turn with { Model = asked.Model.AskedAs }, sink, cancellation),
                output => stream ?? chat.ToWhole(output, asked.Naming),
                stream?.ContentType ?? JsonVoice.MediaType),
            Voice = (IClientVoice?)stream ?? Quiet(asked, limits),
            Stream = asked.Stream,
        };
    }

    /// <summary>The plan with its final body.</summary>
    public Passage Passage(EngineBody body) => new(Path, body, Answer) { Stream = Stream, IsNative = IsNative, IsPlain = IsPlain };

    /// <summary>The plan with a body that was written for it.</summary>
    private Checked<Plan> With(ArrayBufferWriter<byte> written)
    {
        var body = new ReadOnlySequence<byte>(written.WrittenMemory);
        return BodyPeek.Scan(body).Holds(out var facts, out var broken) ? this with { Body = body, Facts = facts, IsNative = false } : broken;
    }

    private static IAnswerSink Filtered(Conversation asked, ImmutableArray<ToolSpec> tools, IAnswerSink client)
    {
        var tokens = asked.Stream ? asked.Model.StreamChunkTokens : 1;
        return asked.Model.Leaks.Before(tokens > 1 ? new ChunkJoiner(client, tokens) : client, tools, asked.Naming.RequestId);
    }

    /// <summary>Who speaks to the client of a stream that passes as bytes.</summary>
    private static IClientStream Speaker(Conversation asked, IngressOptions limits) => asked.Route switch
    {
        { Dialect: Dialect.Responses } => ResponsesStream.ForPassing(asked.Body, asked.Output, asked.Naming),
        { Dialect: Dialect.Anthropic } => new MessagesStream(asked.Output, asked.Naming, stops: []),
        { Dialect: Dialect.Ollama, Kind: RouteKind.Chat } => new Core.Dialects.Ollama.ChatStream(asked.Output, asked.Naming, asked.Clock),
        { Dialect: Dialect.Ollama } => new GenerateStream(asked.Output, asked.Naming, asked.Clock),
        _ => new ChatStream(asked.Output, asked.Naming, includeUsage: false, limits.ProgressAsReasoning && asked.Route.Kind == RouteKind.Chat),
    };

    private static JsonVoice? Quiet(Conversation asked, IngressOptions limits) => limits.KeepAliveJson ? new JsonVoice(asked.Output, asked.Route.Dialect) : null;
}

/// <summary>A chat with images that nobody has looked at yet.</summary>
/// <param name="Turn">The chat.</param>
/// <param name="Plan">How the engine is asked for what has become of it.</param>
internal sealed record Unlooked(ChatTurn Turn, Func<ChatTurn, Checked<Plan>> Plan);
