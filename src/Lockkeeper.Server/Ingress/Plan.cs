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

namespace Lockkeeper.Server.Ingress;

/// <summary>What is done for a request: an engine is asked, or one of the things that are answered here. Made by <see cref="Translation"/>; that an engine is asked is then completed by <see cref="Prepare"/>.</summary>
internal abstract record Plan
{
    private Plan()
    {
    }

    /// <summary>Whether the answer is a stream.</summary>
    public virtual bool Stream => false;

    /// <summary>Speaks to the client while it waits; null for a client that is told nothing.</summary>
    public IClientVoice? Voice { get; init; }

    /// <summary>How long the client waits for its answer; null for as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>An engine is asked.</summary>
    /// <param name="Passage">What it is sent, and what becomes of its answer.</param>
    public sealed record Forward(Passage Passage) : Plan
    {
        /// <summary>Where things stand in its body, as far as the model's shape is applied to that.</summary>
        public BodyPeek Facts { get; init; }

        /// <summary>The dialect its body is in.</summary>
        public EngineDialect Engine { get; init; }

        /// <summary>The cap on its answer that memory pressure has put there; null when none has.</summary>
        public int? MaxTokens { get; init; }

        /// <summary>Tokens that what is sent will have, about.</summary>
        public long PromptEstimate { get; init; }

        /// <summary>Tokens that the answer may have.</summary>
        public long MostTokens { get; init; }

        /// <summary>Where the images of a translated chat stand in what the client wrote.</summary>
        public ImmutableArray<string?> PlacesOfMedia { get; init; } = [];

        /// <summary>Whether it is a chat as OpenAI has it: only those have templates, and parts whose media are looked at.</summary>
        public bool IsOpenAiChat => Passage.Path == InferRoutes.Chat;

        /// <inheritdoc/>
        public override bool Stream => Passage.Stream;

        /// <summary>With a body that was written for it.</summary>
        public Checked<Plan> With(ArrayBufferWriter<byte> written)
        {
            var body = new ReadOnlySequence<byte>(written.WrittenMemory);
            return BodyPeek.Scan(body).Holds(out var facts, out var broken) ? this with { Passage = Passage with { Body = new EngineBody(body), IsNative = false }, Facts = facts } : broken;
        }
    }

    /// <summary>The model is loaded, or goes.</summary>
    public sealed record Wish(OllamaRequest.Wish Request) : Plan;

    /// <summary>The tokens of a chat are counted.</summary>
    public sealed record Count(ChatTurn Turn) : Plan;

    /// <summary>A program is asked in place of the engine.</summary>
    public sealed record Program(ProgramQuestion Question) : Plan
    {
        /// <inheritdoc/>
        public override bool Stream => Question.Stream;
    }

    /// <summary>The images of a chat are looked at first, where the engine is not asked in OpenAI's words. What is planned then is the plan.</summary>
    /// <param name="Turn">The chat.</param>
    /// <param name="Next">The plan for the chat with its images as they may be sent.</param>
    public sealed record Look(ChatTurn Turn, Func<ChatTurn, Checked<Plan>> Next) : Plan;

    /// <summary>The engine is sent what the client sent, and the client gets what the engine answers.</summary>
    public static Plan AsItIs(Conversation asked, IngressOptions limits)
    {
        var stream = asked.Stream ? Speaker(asked, limits) : null;
        var answer = new PassedForm(asked.Naming.Model, stream is ResponsesStream told ? () => new ResumedStage(told) : null) { HasEnd = asked.Route.Needs is Capability.Chat or Capability.Completion };
        return new Forward(new Passage(asked.Route.EnginePath, new EngineBody(asked.Body), answer)
        {
            Stream = asked.Stream,
            IsPlain = !string.Equals(asked.Naming.Model, asked.Model.AskedAs, StringComparison.Ordinal),
        })
        {
            Facts = asked.Peeked.Facts,
            Engine = asked.Route.Native,
            Voice = (IClientVoice?)stream ?? (asked.Route.IsJson ? Quiet(asked, limits) : null),
        };
    }

    /// <summary>The engine is sent what the client sent, but its answer is read and written anew.</summary>
    public static Forward Told(Conversation asked, ClientChat chat, EngineWords engine, IngressOptions limits)
    {
        var voice = asked.Stream ? chat.ToStream(asked.Output, asked.Naming) : null;
        var answer = new ToldForm(engine.Dialect, voice?.ContentType ?? JsonVoice.MediaType, output => Filtered(asked, chat.Turn.Tools, voice ?? chat.ToWhole(output, asked.Naming)));
        return new Forward(new Passage(engine.Dialect.ChatPath, new EngineBody(asked.Body), answer) { Stream = asked.Stream, IsNative = asked.Route.Native == engine.Name, IsPlain = true })
        {
            Facts = asked.Peeked.Facts,
            Engine = engine.Name,
            Voice = (IClientVoice?)voice ?? Quiet(asked, limits),
            Timeout = chat.Timeout,
        };
    }

    /// <summary>The engine is asked in another dialect.</summary>
    public static Checked<Plan> Translated(Conversation asked, ClientChat chat, EngineWords engine, IngressOptions limits) => Translated(asked, chat, chat.Turn, engine, limits);

    /// <summary>The engine is asked in another dialect, for what has become of the client's chat.</summary>
    public static Checked<Plan> Translated(Conversation asked, ClientChat chat, ChatTurn turn, EngineWords engine, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        engine.Dialect.WriteRequest(turn with { Stream = asked.Stream }, written);
        return (Told(asked, chat, engine, limits) with { PlacesOfMedia = ChatMessagesWriter.PlacesOfMedia(turn.Messages) }).With(written);
    }

    /// <summary>Ollama's prompt without a template, for an engine of OpenAI's dialect.</summary>
    public static Checked<Plan> Completion(Conversation asked, CompletionTurn turn, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        CompletionEngine.WriteRequest(turn with { Stream = asked.Stream }, written);
        var stream = asked.Stream ? new OllamaGenerateStream(asked.Output, asked.Naming, asked.Clock) : null;
        var answer = new ToldForm(EngineWords.OpenAi.Dialect, stream?.ContentType ?? JsonVoice.MediaType, output => stream ?? (IAnswerSink)new OllamaGenerateAnswer(output, asked.Naming, asked.Clock));
        return new Forward(new Passage(CompletionEngine.Path, default, answer) { Stream = asked.Stream, IsPlain = true })
        {
            Engine = EngineDialect.Openai,
            Voice = (IClientVoice?)stream ?? Quiet(asked, limits),
        }.With(written);
    }

    /// <summary>Ollama's embeddings, for an engine of OpenAI's dialect.</summary>
    public static Checked<Plan> Embeddings(Conversation asked, EmbedRequest request, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        request.Write(written);
        var answer = new ConvertedForm((said, output) => request.WriteAnswer(said, asked.Naming, asked.Clock, output));
        return new Forward(new Passage(InferRoutes.Embeddings, default, answer) { IsPlain = true }) { Engine = EngineDialect.Openai, Voice = Quiet(asked, limits) }.With(written);
    }

    /// <summary>A program is asked in place of the engine.</summary>
    public static Plan Asked(Conversation asked, ClientChat chat, ClaudeCommand program, IngressOptions limits)
    {
        var stream = asked.Stream ? chat.ToStream(asked.Output, asked.Naming) : null;
        var question = new ProgramQuestion(
            (sink, cancellation) => program.AskAsync(chat.Turn with { Model = asked.Model.AskedAs }, sink, cancellation),
            output => stream ?? chat.ToWhole(output, asked.Naming),
            stream?.ContentType ?? JsonVoice.MediaType);
        return new Program(question with { Stream = asked.Stream }) { Voice = (IClientVoice?)stream ?? Quiet(asked, limits), Timeout = chat.Timeout };
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
        { Dialect: Dialect.Ollama, Kind: RouteKind.Chat } => new OllamaChatStream(asked.Output, asked.Naming, asked.Clock),
        { Dialect: Dialect.Ollama } => new OllamaGenerateStream(asked.Output, asked.Naming, asked.Clock),
        _ => new ChatStream(asked.Output, asked.Naming, includeUsage: false, limits.ProgressAsReasoning && asked.Route.Kind == RouteKind.Chat),
    };

    private static JsonVoice? Quiet(Conversation asked, IngressOptions limits) => limits.KeepAliveJson ? new JsonVoice(asked.Output, asked.Route.Dialect) : null;
}
