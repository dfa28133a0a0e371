using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Dialects.OpenAi;
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
        if ((Suitability.WhyNot(model, route) ?? WhyNotStart(model)) is { } hopeless)
        {
            return hopeless;
        }

        if (!StreamingFormats.Of(http.Request, model.StreamingFormat).Holds(out var format, out var refused)
            || !translation.Of(Asked(route, model, peeked, http, request) with { Format = format }, limits).Holds(out var plan, out refused))
        {
            return refused;
        }

        if (plan is Plan.Look look && (!(await media.PrepareAsync(look.Turn, model, request.Aborted)).Holds(out var looked, out refused) || !look.Next(looked).Holds(out plan, out refused)))
        {
            return refused;
        }

        var prepared = new Prepared(model, priority, plan) { IdleTimeout = route.Dialect == Dialect.Ollama ? OllamaKeepAlive.IdleTimeoutOf(peeked.Body.Bytes) : null };
        return plan is not Plan.Forward forward ? prepared
            : (await ShapedAsync(forward, route, model, request, limits)).Holds(out var shaped, out refused) ? prepared with { Plan = shaped }
            : refused;
    }

    /// <summary>An engine's body as its model is to get it, with no more than memory allows it to answer.</summary>
    private async ValueTask<Checked<Plan.Forward>> ShapedAsync(Plan.Forward plan, InferRoute route, ModelSpec model, LiveRequest request, IngressOptions limits)
    {
        var body = plan.Passage.Body;
        var cap = !route.IsGeneration || model.MaxTokensUnderPressure.IsEmpty ? null : PressureRule.Cap(model.MaxTokensUnderPressure, limits.Pressure(model));
        if (!Edits(plan, route, model, cap).Holds(out var edits, out var refused))
        {
            return refused;
        }

        if (plan.Engine == EngineDialect.Openai)
        {
            if (!(await media.PrepareAsync(body.Bytes, model, plan.PlacesOfMedia, request.Aborted)).Holds(out var fitted, out refused))
            {
                return refused;
            }

            edits = edits.With(fitted);
        }
        else if (plan is { Engine: EngineDialect.Anthropic, Passage.IsNative: true } && model.Engine.Lifecycle != Lifecycle.Cloud)
        {
            edits = edits.With(AttributionBlock.Edits(body.Bytes)); // or no engine could use again what it has read of a prompt
        }

        return plan with
        {
            Passage = plan.Passage with { Body = body.With(edits) },
            MaxTokens = edits.AreCapped ? cap : null,
            PromptEstimate = body.Bytes.Length / TokenEstimate.BytesPerToken,
            MostTokens = plan.Facts.Limits.Asked ?? UnsaidTokens,
        };
    }

    private static Conversation Asked(InferRoute route, ModelSpec model, Peeked peeked, HttpContext http, LiveRequest request)
    {
        var stream = peeked.Facts.StreamAsked ?? (route.StreamsByDefault ? true : null);
        var naming = new AnswerNaming(peeked.Facts.Model, request.Entry.Id, request.Entry.Arrived);
        return new Conversation(route, model, peeked, route.HasStreams && model.Shape.Streams(stream), http.Response.BodyWriter, naming)
        {
            Clock = new AnswerClock(() => request.Age, () => request.Entry.Queue ?? TimeSpan.Zero),
        };
    }

    /// <returns>Why an engine cannot be started at all; null when it can, or may.</returns>
    public RouterError? WhyNotStart(ModelSpec model) => host.WhyNotStart(model) is { } failure ? new RouterError.StartFailed(model.Id, failure) : null;

    /// <summary>A form is passed on as it is, to an engine that speaks its dialect.</summary>
    public Checked<Prepared> Form(InferRoute route, SpooledBody form, ModelSpec named, Priority priority, HttpContext http)
    {
        var model = translation.Served(named);
        if ((Suitability.WhyNot(model, route) ?? WhyNotStart(model)) is { } hopeless)
        {
            return hopeless;
        }

        var passage = new Passage(route.EnginePath, form.With(BodyEdits.For(form.Facts, model.AskedAs)), new PassedForm(form.Facts.Model))
        {
            Stream = form.Facts.StreamAsked == true,
            IsPlain = !string.Equals(form.Facts.Model, model.AskedAs, StringComparison.Ordinal),
        };
        var voice = passage.Stream ? new ChatStream(http.Response.BodyWriter, new AnswerNaming(form.Facts.Model, http.TraceIdentifier, default), includeUsage: false) : null;
        return translation.Speaks(model, EngineDialect.Openai) ? new Prepared(model, priority, new Plan.Forward(passage) { Voice = voice }) : translation.Unspoken(model, route);
    }

    /// <summary>A model that shapes nothing, as most do, costs no second look at the body.</summary>
    private static Checked<BodyEdits> Edits(Plan.Forward plan, InferRoute route, ModelSpec model, int? cap)
    {
        var purpose = new ShapeScan.Purpose(plan.IsOpenAiChat, route.IsGeneration, model.Engine.PriorityField, cap);
        var edited = model.Shape.IsNone
            ? BodyEdits.For(plan.Facts, model.AskedAs, purpose.KeepWholePriority, purpose.Cap)
            : BodyEdits.For(plan.Facts, plan.Passage.Body.Bytes, model.AskedAs, model.Shape, purpose);
        if (model.Engine.Lifecycle != Lifecycle.Ollama || !edited.Holds(out var edits, out _))
        {
            return edited;
        }

        return edits.With(new OllamaResidency(OllamaCalls.KeepAlive(model), model.ContextLength).Edits(plan.Passage.Body.Bytes, plan.Engine == EngineDialect.Ollama));
    }
}

/// <summary>A request that is ready to be sent as soon as its model is.</summary>
/// <param name="Model">Whom it is for.</param>
/// <param name="Priority">How urgent it is.</param>
/// <param name="Plan">What is done for it.</param>
internal readonly record struct Prepared(ModelSpec Model, Priority Priority, Plan Plan)
{
    /// <summary>How long the model is to stay idle behind it at most; null for as long as its configuration allows.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
