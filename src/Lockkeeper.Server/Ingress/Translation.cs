using System.Collections.Immutable;
using System.Diagnostics;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Dialects.Query;
using Lockkeeper.Core.Dialects.Responses;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Ingress.Media;

namespace Lockkeeper.Server.Ingress;

/// <summary>Knows in which dialect an engine is asked. What an engine speaks itself passes as bytes; nothing is translated that need not be.</summary>
/// <param name="speaks">What an engine is known to speak.</param>
/// <param name="time">The clock.</param>
internal sealed class Translation(Func<ModelSpec, ImmutableArray<EngineDialect>> speaks, TimeProvider time)
{
    /// <summary>Of a program that is asked in place of a cloud.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(10);

    private readonly StandIns _standIns = new(time);

    /// <summary>Of what an engine speaks, the one that can say most is asked in.</summary>
    private static readonly ImmutableArray<EngineWords> Preferred = [EngineWords.OpenAi, new(EngineDialect.Anthropic, new AnthropicEngine()), new(EngineDialect.Ollama, new OllamaEngine())];

    /// <summary>The model as it is served now: by its engine, or by what stands in for that.</summary>
    public ModelSpec Served(ModelSpec model) => _standIns.Served(model);

    /// <summary>Whether a model's engine takes requests in a dialect.</summary>
    public bool Speaks(ModelSpec model, EngineDialect dialect) => speaks(model).Contains(dialect);

    /// <summary>There is no way to say it to the engine.</summary>
    public RouterError Unspoken(ModelSpec model, InferRoute route) => new RouterError.RouteUnspoken(model.Id, route.Path, string.Join(", ", speaks(model).Select(Word.Of)));

    /// <summary>How the engine is asked for what the client asks.</summary>
    public Checked<Plan> Of(Conversation asked, IngressOptions limits) => asked.Route.Kind switch
    {
        RouteKind.Chat when asked.Route.Dialect != Dialect.Ollama && Program(asked.Model) is { } program => Read(asked).Holds(out var chat, out var refused) ? Plan.Asked(InItsForm(asked), InItsForm(asked, chat, limits), program, limits) : refused,
        RouteKind.CountTokens when !Clouds.Has(asked.Model) => CountTokens.Read(asked.Body).Holds(out var turn, out var refused) ? new Plan.Count(turn) : refused,
        RouteKind.Chat when asked.Route.Dialect == Dialect.OpenAi && Speaks(asked.Model, EngineDialect.Openai) => OpenAi(asked, limits),
        RouteKind.Chat or RouteKind.Generate or RouteKind.Embed or RouteKind.OldEmbed when PassesAsItIs(asked) => Plan.AsItIs(asked, limits),
        RouteKind.Chat when asked.Route.Dialect == Dialect.Ollama => OllamaChatReader.Read(asked.Body).Holds(out var request, out var refused) ? Ollama(asked, request, limits) : refused,
        RouteKind.Chat => Read(asked).Holds(out var chat, out var refused) ? Chat(InItsForm(asked), InItsForm(asked, chat, limits), limits) : refused,
        RouteKind.Generate => OllamaGenerateReader.Read(asked.Body).Holds(out var request, out var refused) ? Ollama(asked, request, limits) : refused,
        RouteKind.Embed => EmbedRequest.Read(asked.Body).Holds(out var request, out var refused) ? Embed(asked, request, limits) : refused,
        RouteKind.OldEmbed => EmbedRequest.ReadOld(asked.Body).Holds(out var request, out var refused) ? Embed(asked, request, limits) : refused,
        _ => Speaks(asked.Model, asked.Route.Native) ? Plan.AsItIs(asked, limits) : Unspoken(asked.Model, asked.Route),
    };

    /// <summary>Whether the engine is sent the client's own bytes, in another dialect than OpenAI's.</summary>
    /// <remarks>A model's shape, its caps and what its engine leaks are said in OpenAI's words: where the engine speaks that too, it is asked in it. A picture for a local engine is looked at first, whatever it speaks: it might fetch what is linked.</remarks>
    private bool PassesAsItIs(Conversation asked)
    {
        var model = asked.Model;
        return asked.Route.Dialect != Dialect.Query && Speaks(model, asked.Route.Native) && !MayBeWish(asked)
            && (!Speaks(model, EngineDialect.Openai)
                ? asked.Route.Kind is not (RouteKind.Chat or RouteKind.Generate) || HoldsNoMedia(asked)
                : model.Shape.IsNone && model.MaxTokensUnderPressure.IsEmpty && !model.Leaks.Concerns([]) && model.Leaks.Tools == ToolDialect.Off && HoldsNoMedia(asked));
    }

    /// <summary>Whether nothing might be asked but that the model be loaded, or go: an engine that obeyed it would do so behind the back of the queue, and for anybody.</summary>
    private static bool MayBeWish(Conversation asked) => asked.Route.Dialect == Dialect.Ollama && OllamaRequest.MaySayNothing(asked.Body, asked.Route.Kind switch
    {
        RouteKind.Chat => "messages"u8,
        RouteKind.Embed => "input"u8,
        _ => "prompt"u8,
    });

    /// <summary>A cloud has its own limits, and fetches from its own network.</summary>
    private static bool HoldsNoMedia(Conversation asked) => Clouds.Has(asked.Model) || !MediaScan.MayHoldMedia(asked.Body) || (HoldsNone(asked) && !UnreadMedia.MayBeIn(asked.Body));

    /// <summary>What answers in place of a cloud that there is no key for; null where the engine is asked.</summary>
    private ClaudeCommand? Program(ModelSpec model) => ClaudeCommand.StandsFor(model.Engine) && ClaudeCommand.Find(Environment.GetEnvironmentVariable) is { } found
        ? new ClaudeCommand(found, model.RequestTimeout ?? LongestAnswer, time)
        : null;

    /// <summary>Whether there are no images and files in it after all; what cannot be read may have some.</summary>
    private static bool HoldsNone(Conversation asked) => asked.Route switch
    {
        { Kind: RouteKind.Chat, Dialect: not Dialect.Ollama } => Read(asked).Holds(out var chat, out _) && TurnMedia.In(chat.Turn) is [],
        { Kind: RouteKind.Chat } => OllamaChatReader.Read(asked.Body).Holds(out var request, out _) && HoldsNone(request),
        { Kind: RouteKind.Generate } => OllamaGenerateReader.Read(asked.Body).Holds(out var request, out _) && HoldsNone(request),
        _ => false,
    };

    private static bool HoldsNone(OllamaRequest request) => request is not OllamaRequest.Chat(var chat, _) || TurnMedia.In(chat.Turn) is [];

    private static Checked<ClientChat> Read(Conversation asked)
    {
        switch (asked.Route.Dialect)
        {
            case Dialect.OpenAi:
                return ChatRequestReader.Read(asked.Body);
            case Dialect.Responses:
                return ResponsesRequestReader.Read(asked.Body);
            case Dialect.Anthropic:
                return MessagesRequestReader.Read(asked.Body);
            case Dialect.Query:
                if (!QueryRequestReader.Read(asked.Body).Holds(out var query, out var wrong))
                {
                    return wrong;
                }

                query.IsCloud = Clouds.Has(asked.Model);
                return query;
            default:
                throw new ArgumentOutOfRangeException(nameof(asked), asked.Route.Dialect, null);
        }
    }

    /// <summary>An engine that speaks OpenAI's dialect, and a client that does: the request passes as it is, and so does the answer unless something is to be done about it.</summary>
    private static Checked<Plan> OpenAi(Conversation asked, IngressOptions limits)
    {
        var (model, format) = (asked.Model, asked.Stream ? asked.Format : StreamingFormat.Sse);
        var rewrites = format != StreamingFormat.Sse || (asked.Stream && model.StreamChunkTokens > 1);
        if (!rewrites && !model.Leaks.Concerns([]) && model.Leaks.Tools == ToolDialect.Off)
        {
            return Plan.AsItIs(asked, limits);
        }

        // What is not understood of it is for the engine to judge; only where it is asked otherwise than the client asks must all of it be understood.
        var understood = ChatRequestReader.Read(asked.Body).Holds(out var chat, out var refused);
        if (format == StreamingFormat.JsonArray)
        {
            return understood ? Plan.Translated(asked with { Stream = false }, chat!, EngineWords.OpenAi, limits) : refused!;
        }

        var turn = chat?.Turn ?? new ChatTurn { Model = asked.Naming.Model, Stream = asked.Stream };
        return rewrites || model.Leaks.Concerns(turn.Tools) ? Plan.Told(asked, InItsForm(asked, new OpenAiChat(turn), limits), EngineWords.OpenAi, limits) : Plan.AsItIs(asked, limits);
    }

    /// <summary>A stream that is wanted as one object is none.</summary>
    private static Conversation InItsForm(Conversation asked) => asked is { Route.Dialect: Dialect.OpenAi, Format: StreamingFormat.JsonArray } ? asked with { Stream = false } : asked;

    /// <summary>A chat that is answered in the form its client wants: OpenAI's have several.</summary>
    private static ClientChat InItsForm(Conversation asked, ClientChat chat, IngressOptions limits) =>
        chat is OpenAiChat ? new OpenAiChat(chat.Turn) { Lines = asked.Format == StreamingFormat.JsonLines, ThinksAloud = limits.ProgressAsReasoning } : chat;

    private Checked<Plan> Chat(Conversation asked, ClientChat chat, IngressOptions limits)
    {
        if (Preferred.FirstOrDefault(words => Speaks(asked.Model, words.Name)) is not { } engine)
        {
            return Speaks(asked.Model, asked.Route.Native) && asked.Route.Dialect == Dialect.Responses ? new Plan.Look(chat.Turn, looked => Unaltered(asked, chat, looked, limits)) : Unspoken(asked.Model, asked.Route);
        }

        return engine.Name == EngineDialect.Openai || Clouds.Has(asked.Model) || TurnMedia.In(chat.Turn) is []
            ? Plan.Translated(asked, chat, engine, limits)
            : new Plan.Look(chat.Turn, looked => Plan.Translated(asked, chat, looked, engine, limits));
    }

    /// <summary>Requests in this dialect are not written here, so one whose images are not fit as they are cannot be asked.</summary>
    private static Checked<Plan> Unaltered(Conversation asked, ClientChat chat, ChatTurn looked, IngressOptions limits) =>
        !ReferenceEquals(looked, chat.Turn) ? new RouterError.FieldInvalid("input", "holds a link or a file, and the engine of this model takes nothing but images; send them as data URIs: data:image/png;base64,…")
        : !Clouds.Has(asked.Model) && UnreadMedia.MayBeIn(asked.Body) ? new RouterError.FieldInvalid("input", "stands beside or holds a link in a place that is not looked at, or a field that stands twice; send images as 'input_image', and each field once.")
        : Plan.AsItIs(asked, limits);

    /// <summary>A chat, the completion of a text, or nothing but a word on the model itself.</summary>
    private Checked<Plan> Ollama(Conversation asked, OllamaRequest request, IngressOptions limits)
    {
        switch (request)
        {
            case OllamaRequest.Chat(var chat, _):
                chat.Clock = asked.Clock;
                return Program(asked.Model) is { } program ? Plan.Asked(asked, chat, program, limits) : Chat(asked, chat, limits);
            case OllamaRequest.Completion(var turn):
                return Speaks(asked.Model, EngineDialect.Openai) ? Plan.Completion(asked, turn, limits) : Unspoken(asked.Model, asked.Route);
            case OllamaRequest.Wish wish:
                return new Plan.Wish(wish);
            default:
                throw new UnreachableException();
        }
    }

    private Checked<Plan> Embed(Conversation asked, EmbedRequest request, IngressOptions limits) => request.Input is null
        ? new Plan.Wish(OllamaRequest.Silent(request.Model, request.IsOld ? OllamaSurface.OldEmbed : OllamaSurface.Embed, request.KeepAlive))
        : Speaks(asked.Model, EngineDialect.Openai) ? Plan.Embeddings(asked, request, limits) : Unspoken(asked.Model, asked.Route);
}

/// <summary>A dialect that engines are asked in.</summary>
/// <param name="Name">Its name in presets.</param>
/// <param name="Dialect">How to speak it.</param>
internal sealed record EngineWords(EngineDialect Name, IEngineDialect Dialect)
{
    /// <summary>What nearly every engine speaks.</summary>
    public static readonly EngineWords OpenAi = new(EngineDialect.Openai, new OpenAiEngine());
}
