using System.Buffers;
using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Core.Media;

namespace Lockkeeper.Server.Ingress;

/// <summary>
/// Knows in which dialect an engine is asked, and how its answer becomes the client's. What an engine speaks itself passes as bytes; nothing is translated that need not be.
/// </summary>
/// <param name="speaks">What an engine is known to speak.</param>
internal sealed class Translation(Func<ModelSpec, ImmutableArray<EngineDialect>> speaks)
{
    private static readonly OpenAiEngine OpenAiWords = new();

    /// <summary>Of what an engine speaks, the one that can say most is asked in.</summary>
    private static readonly (EngineDialect Name, IEngineDialect Words)[] Preferred =
        [(EngineDialect.Openai, OpenAiWords), (EngineDialect.Anthropic, new AnthropicEngine())];

    public Checked<Plan> Of(Conversation asked, IngressOptions limits) => asked.Route.Kind switch
    {
        RouteKind.Chat when asked.Route.Dialect == Dialect.OpenAi && Speaks(asked.Model, EngineDialect.Openai) => OpenAi(asked, limits),
        RouteKind.Chat when PassesAsItIs(asked) => AsItIs(asked, limits),
        RouteKind.Chat => Read(asked).Holds(out var chat, out var refused) ? Translated(asked, chat, limits) : refused,
        RouteKind.Generate when PassesAsItIs(asked) => AsItIs(asked, limits),
        _ => Speaks(asked.Model, asked.Route.Native) ? AsItIs(asked, limits) : Unspoken(asked.Model, asked.Route),
    };

    /// <summary>Whether a model's engine takes requests in a dialect.</summary>
    public bool Speaks(ModelSpec model, EngineDialect dialect) => speaks(model).Contains(dialect);

    /// <summary>There is no way to say it to the engine.</summary>
    public RouterError Unspoken(ModelSpec model, InferRoute route) => new RouterError.RouteUnspoken(model.Id, route.Path, string.Join(", ", speaks(model).Select(Word.Of)));

    /// <summary>Whether the engine is sent the client's own bytes, in another dialect than OpenAI's.</summary>
    /// <remarks>A model's shape, its caps and what its engine leaks are said in OpenAI's words, and a picture is looked at in OpenAI's form: where the engine speaks that too, it is asked in it.</remarks>
    private bool PassesAsItIs(Conversation asked)
    {
        var model = asked.Model;
        return asked.Route.Dialect != Dialect.Query && Speaks(asked.Model, asked.Route.Native)
            && (!Speaks(asked.Model, EngineDialect.Openai)
                || (model.Shape.IsNone && model.MaxTokensUnderPressure.IsEmpty && model.Leaks == LeakPlan.None
                    && (model.Engine.Lifecycle == Lifecycle.Cloud || !MediaScan.MayHoldMedia(asked.Peeked.Body.Bytes))));
    }

    private static Checked<ClientChat> Read(Conversation asked)
    {
        var body = asked.Peeked.Body.Bytes;
        return asked.Route.Dialect switch
        {
            Dialect.OpenAi => ChatRequestReader.Read(body),
            Dialect.Anthropic => MessagesRequestReader.Read(body),
            _ => throw new NotSupportedException(),
        };
    }

    /// <summary>An engine that speaks OpenAI's dialect, and a client that does: the request passes as it is, and so does the answer unless something is to be done about it.</summary>
    private static Checked<Plan> OpenAi(Conversation asked, IngressOptions limits)
    {
        var (model, lines) = (asked.Model, asked.Stream && asked.Format != StreamingFormat.Sse);
        if (!lines && model.StreamChunkTokens == 1 && model.Leaks == LeakPlan.None)
        {
            return AsItIs(asked, limits);
        }

        // What is not understood of it is for the engine to judge; only where the answer is one object is the engine asked otherwise than the client asked.
        var chat = ChatRequestReader.Read(asked.Peeked.Body.Bytes).Holds(out var read, out var refused) ? read : null;
        if (asked.Format == StreamingFormat.JsonArray && asked.Stream)
        {
            return chat is null ? refused! : Translated(asked with { Stream = false }, chat, (EngineDialect.Openai, OpenAiWords), limits);
        }

        var turn = chat?.Turn ?? new ChatTurn { Model = asked.Naming.Model, Stream = asked.Stream };
        return !lines && model.StreamChunkTokens == 1 && !model.Leaks.Concerns(turn.Tools)
            ? AsItIs(asked, limits)
            : Told(asked, new OpenAiChat(turn), OpenAiWords, limits) with { Body = asked.Peeked.Body.Bytes, Facts = asked.Peeked.Facts, IsNative = true };
    }

    private Checked<Plan> Translated(Conversation asked, ClientChat chat, IngressOptions limits)
    {
        var engine = Preferred.FirstOrDefault(preferred => Speaks(asked.Model, preferred.Name));
        return engine.Words is null ? Unspoken(asked.Model, asked.Route) : Translated(asked, chat, engine, limits);
    }

    private static Checked<Plan> Translated(Conversation asked, ClientChat chat, (EngineDialect Name, IEngineDialect Words) engine, IngressOptions limits)
    {
        var written = new ArrayBufferWriter<byte>();
        engine.Words.WriteRequest(chat.Turn with { Stream = asked.Stream }, written);
        var body = new ReadOnlySequence<byte>(written.WrittenMemory);
        return BodyPeek.Scan(body).Holds(out var facts, out var broken)
            ? Told(asked, chat, engine.Words, limits) with { Body = body, Facts = facts, Engine = engine.Name }
            : broken;
    }

    /// <summary>The engine's answer is read and written anew. The body is still the caller's to say.</summary>
    private static Plan Told(Conversation asked, ClientChat chat, IEngineDialect engine, IngressOptions limits)
    {
        var voice = asked.Stream ? chat.ToStream(asked.Output, asked.Naming) : null;
        return new Plan
        {
            Body = default,
            Facts = default,
            Path = engine.ChatPath,
            Engine = EngineDialect.Openai,
            Answer = new ToldForm(engine, voice?.ContentType ?? JsonVoice.MediaType, output => Filtered(asked.Model, chat.Turn.Tools, voice ?? chat.ToWhole(output, asked.Naming), asked.Naming)),
            Client = asked.Route.Dialect,
            Stream = asked.Stream,
            IsPlain = true,
            Voice = (IClientVoice?)voice ?? Quiet(asked, limits),
        };
    }

    private static IAnswerSink Filtered(ModelSpec model, ImmutableArray<ToolSpec> tools, IAnswerSink client, AnswerNaming naming) =>
        model.Leaks.Before(model.StreamChunkTokens > 1 ? new ChunkJoiner(client, model.StreamChunkTokens) : client, tools, naming.RequestId);

    private static Plan AsItIs(Conversation asked, IngressOptions limits)
    {
        var stream = asked.Stream ? Stream(asked, limits) : null;
        return new Plan
        {
            Body = asked.Peeked.Body.Bytes,
            Facts = asked.Peeked.Facts,
            Path = asked.Route.EnginePath,
            Engine = asked.Route.Native,
            Answer = new PassedForm(asked.Naming.Model, null),
            Client = asked.Route.Dialect,
            IsNative = true,
            Stream = asked.Stream,
            IsPlain = !string.Equals(asked.Naming.Model, asked.Model.AskedAs, StringComparison.Ordinal),
            Voice = (IClientVoice?)stream ?? (asked.Route.IsJson ? Quiet(asked, limits) : null),
        };
    }

    /// <summary>Who speaks to the client of a stream that passes as bytes.</summary>
    private static IClientStream Stream(Conversation asked, IngressOptions limits)
    {
        var turn = new ChatTurn { Model = asked.Naming.Model, Stream = true };
        return asked.Route.Dialect switch
        {
            Dialect.Anthropic => new MessagesStream(asked.Output, asked.Naming),
            _ => new ChatStream(asked.Output, asked.Naming, includeUsage: false, limits.ProgressAsReasoning),
        };
    }

    private static JsonVoice? Quiet(Conversation asked, IngressOptions limits) => limits.KeepAliveJson ? new JsonVoice(asked.Output, asked.Route.Dialect) : null;
}
