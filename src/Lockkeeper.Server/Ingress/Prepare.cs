using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Ingress.Media;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using ChatStream = Lockkeeper.Core.Dialects.OpenAi.ChatStream;

namespace Lockkeeper.Server.Ingress;

/// <summary>Third step: what the engine will be sent, and what becomes of its answer. All slow work belongs here, before the GPU is held.</summary>
/// <param name="host">Knows whether an engine can be started.</param>
/// <param name="translation">Knows in which dialect an engine is asked.</param>
/// <param name="media">Looks at images and files.</param>
internal sealed class Prepare(IInstanceHost host, Translation translation, MediaIntake media)
{
    /// <summary>As long as answers are taken to be whose request does not say, where money has to be held back for them.</summary>
    private const long UnsaidTokens = 4096;

    /// <summary>An engine that cannot be started at all is found out here, before another one is stopped to make room for it; so is a model that cannot do what is asked.</summary>
    /// <param name="route">The route.</param>
    /// <param name="resolved">The request.</param>
    /// <param name="http">The request, and where its answer will go.</param>
    /// <param name="request">What is noted of it.</param>
    /// <param name="limits">What holds for all requests.</param>
    public async ValueTask<Checked<Prepared>> RequestAsync(
        InferRoute route, Resolved resolved, HttpContext http, LiveRequest request, IngressOptions limits)
    {
        var (peeked, priority) = (resolved.Peeked, resolved.Priority);
        var model = translation.Served(resolved.Model);
        if (Suitability.WhyNot(model, route) is { } unsuited)
        {
            return unsuited;
        }

        if (host.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        if (!translation.Of(Asked(route, model, peeked, http, request), limits).Holds(out var plan, out var refused))
        {
            return refused;
        }

        if (plan.Unlooked is { } unlooked
            && (!(await media.PrepareAsync(unlooked.Turn, model, request.Aborted)).Holds(out var looked, out refused) || !unlooked.Plan(looked).Holds(out plan, out refused)))
        {
            return refused;
        }

        if (plan is { Wish: not null } or { Counts: not null } or { Program: not null })
        {
            return new Prepared(model, priority, plan.Passage(default), null) { Wish = plan.Wish, Counts = plan.Counts, Program = plan.Program, Voice = plan.Voice, Timeout = plan.Timeout };
        }

        var cap = !route.IsGeneration || model.MaxTokensUnderPressure.IsEmpty ? null : PressureRule.Cap(model.MaxTokensUnderPressure, limits.Pressure(model));
        if (!Edits(plan, route, model, cap).Holds(out var edits, out refused))
        {
            return refused;
        }

        if (plan.Engine == EngineDialect.Openai)
        {
            if (!(await media.PrepareAsync(plan.Body, model, request.Aborted)).Holds(out var fitted, out refused))
            {
                return refused;
            }

            edits = edits.With(fitted);
        }
        else if (plan is { Engine: EngineDialect.Anthropic, IsNative: true } && model.Engine.Lifecycle != Lifecycle.Cloud)
        {
            edits = edits.With(AttributionBlock.Edits(plan.Body)); // or no engine could use again what it has read of a prompt
        }

        return new Prepared(model, priority, plan.Passage(new EngineBody(plan.Body, edits)), edits.AreCapped ? cap : null)
        {
            Voice = plan.Voice,
            Timeout = plan.Timeout,
            PromptEstimate = plan.Body.Length / TokenEstimate.BytesPerToken,
            MostTokens = plan.Facts.Limits.Asked ?? UnsaidTokens,
        };
    }

    private static Conversation Asked(InferRoute route, ModelSpec model, Peeked peeked, HttpContext http, LiveRequest request)
    {
        var stream = peeked.Facts.StreamAsked ?? (route.StreamsByDefault ? true : null);
        var naming = new AnswerNaming(peeked.Facts.Model, request.Entry.Id, request.Entry.Arrived);
        return new Conversation(route, model, peeked, route.HasStreams && model.Shape.Streams(stream), http.Response.BodyWriter, naming)
        {
            Format = StreamingFormats.AskedFor(http.Request) ?? model.StreamingFormat,
            Clock = new AnswerClock(() => request.Age, () => request.Entry.Queue ?? TimeSpan.Zero),
        };
    }

    /// <summary>A form is passed on as it is, to an engine that speaks its dialect.</summary>
    public Checked<Prepared> Form(InferRoute route, SpooledBody form, ModelSpec named, Priority priority, HttpContext http)
    {
        var model = translation.Served(named);
        if (Suitability.WhyNot(model, route) is { } unsuited)
        {
            return unsuited;
        }

        if (host.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        var passage = new Passage(route.EnginePath, form.With(BodyEdits.For(form.Facts, model.AskedAs)), new PassedForm(form.Facts.Model))
        {
            Stream = form.Facts.StreamAsked == true,
            IsPlain = !string.Equals(form.Facts.Model, model.AskedAs, StringComparison.Ordinal),
        };
        var voice = passage.Stream ? new ChatStream(http.Response.BodyWriter, new AnswerNaming(form.Facts.Model, http.TraceIdentifier, default), includeUsage: false) : null;
        return translation.Speaks(model, EngineDialect.Openai) ? new Prepared(model, priority, passage, null) { Voice = voice } : translation.Unspoken(model, route);
    }

    /// <summary>A model that shapes nothing, as most do, costs no second look at the body.</summary>
    private static Checked<BodyEdits> Edits(Plan plan, InferRoute route, ModelSpec model, int? cap)
    {
        var purpose = new ShapeScan.Purpose(plan.IsOpenAiChat, route.IsGeneration, model.Engine.PriorityField, cap);
        var edited = model.Shape.IsNone
            ? BodyEdits.For(plan.Facts, model.AskedAs, purpose.KeepWholePriority, purpose.Cap)
            : BodyEdits.For(plan.Facts, plan.Body, model.AskedAs, model.Shape, purpose);
        if (model.Engine.Lifecycle != Lifecycle.Ollama || !edited.Holds(out var edits, out _))
        {
            return edited;
        }

        return edits.With(new OllamaResidency(OllamaCalls.KeepAlive(model), model.ContextLength).Edits(plan.Body, plan.Engine == EngineDialect.Ollama));
    }
}

/// <summary>A request that is ready to be sent as soon as its model is.</summary>
/// <param name="Model">Whom it is for.</param>
/// <param name="Priority">How urgent it is.</param>
/// <param name="Passage">What the engine will be sent, and what becomes of its answer.</param>
/// <param name="MaxTokens">The cap on its answer that memory pressure has put there; null when none has.</param>
internal readonly record struct Prepared(ModelSpec Model, Priority Priority, Passage Passage, int? MaxTokens)
{
    /// <summary>Speaks to the client while it waits; null for a client that is told nothing.</summary>
    public IClientVoice? Voice { get; init; }

    /// <summary>How long the client waits for its answer; null for as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Nothing is asked but that the model be loaded, or go; null for a real request.</summary>
    public OllamaRequest? Wish { get; init; }

    /// <summary>The chat whose tokens are to be counted; null for a real request.</summary>
    public ChatTurn? Counts { get; init; }

    /// <summary>A program answers; null for an engine.</summary>
    public ProgramQuestion? Program { get; init; }

    /// <summary>Tokens that what is sent will have, about.</summary>
    public long PromptEstimate { get; init; }

    /// <summary>Tokens that the answer may have.</summary>
    public long MostTokens { get; init; }
}
