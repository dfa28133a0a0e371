using System.Globalization;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Security;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Ingress;

/// <summary>The request path, as a sentence: peek, resolve, prepare, admit, forward. Each step takes what the last one returned, or refuses.</summary>
internal sealed partial class Endpoints(LiveCatalog catalog, Admission admission, IInstanceHost host, Func<IngressOptions> options, Journal journal, ILogger<Endpoints> logger)
{
    /// <summary>How often a request that no engine has seen is admitted again, after its instance died in between.</summary>
    private const int MostTries = 3;

    /// <summary>Who dies within this time of being sent a request has probably not been killed by it.</summary>
    private static readonly TimeSpan JustSent = TimeSpan.FromMilliseconds(250);

    private readonly OwnAnswers _own = new(admission, journal.Time);
    private readonly Forwarder _forwarder = new(journal.Time, async () => (await admission.LookAsync()).Waiting.Length > 0);

    /// <summary>Its third step.</summary>
    public required Prepare Prepare { private get; init; }

    /// <summary>The ways to engines that are not on this machine.</summary>
    public Clouds Clouds { private get; init; } = new(TimeProvider.System);

    /// <summary>Keeps what clouds cost within limits; null where nothing does.</summary>
    public Spending? Spending { private get; init; }

    /// <param name="web">Where all other routes are mapped already or will be: what none of them takes is refused here.</param>
    public void Map(WebApplication web)
    {
        foreach (var route in InferRoutes.All)
        {
            web.MapPost(route.Path, http => InferAsync(http, route, answer => route.Kind == RouteKind.Form ? PrepareFormAsync(answer, route) : PrepareAsync(answer, route)));
        }

        web.Map(UpstreamPath.Pattern, http => InferAsync(http, UpstreamPath.Route, PrepareUpstreamAsync));
        web.Use(RefuseUnroutedAsync);
    }

    private async Task InferAsync(HttpContext http, InferRoute route, Func<Answer, ValueTask<Checked<Prepared>>> prepare)
    {
        var request = journal.Begin(http, Caller.Of(http).Key);
        var limits = options(); // once: a request keeps to what was in force when it came
        using var answer = new Answer(http, request, limits, journal.Time);
        RouterError? error = null;
        try
        {
            error = await AnswerAsync(answer, prepare);
        }
        catch (OperationCanceledException) when (request.Aborted.IsCancellationRequested)
        {
            error = request.WhyAborted; // while something slow was done for it
        }
        catch (Exception failure)
        {
            error = LastResort.MeaningOf(failure, http);
            throw;
        }
        finally
        {
            request.Observed(answer.Tap);
            journal.End(request, error, error is null || http.Response.HasStarted ? http.Response.StatusCode : error.Status);
        }

        if (error is null)
        {
            await answer.KeepAlive.CloseAsync(request.Entry);
        }
        else
        {
            Log(error, http);
            RouterHeaders.Waited(http.Response, request.Entry);
            await Refuse.WithAsync(http, error, route.Dialect, answer.AtBoundary(route.Dialect), answer.KeepAlive.LastWords);
        }
    }

    private async ValueTask<RouterError?> AnswerAsync(Answer answer, Func<Answer, ValueTask<Checked<Prepared>>> prepare)
    {
        if (!(await prepare(answer)).Holds(out var prepared, out var error))
        {
            return error;
        }

        answer.KeepAlive.Voice = prepared.Voice;
        answer.IsWritten = prepared.Passage.Answer.ContentType is not null;
        if (prepared.Timeout is { } timeout)
        {
            answer.Request.Allow(timeout);
        }

        if (prepared is { Wish: not null } or { Counts: not null } or { Program: not null })
        {
            return prepared.Wish is { } wish ? await _own.FulfilAsync(answer, prepared, wish)
                : prepared.Counts is { } turn ? await _own.CountAsync(answer, prepared, turn)
                : await OwnAnswers.AskAsync(answer, prepared.Program!);
        }

        if (prepared.MaxTokens is { } cap)
        {
            answer.Request.Entry.MaxTokens = cap;
            answer.Http.Response.Headers[RouterHeaders.MaxTokens] = cap.ToString(CultureInfo.InvariantCulture);
        }

        Ticket? place = null;
        var outlived = false;
        for (var tries = 1; ; tries++)
        {
            (error, place) = await AdmitAndForwardAsync(answer, prepared, place);
            if (error is RouterError.Recalled)
            {
                tries--; // that was not the engine's fault
            }
            else if (error is RouterError.EngineFailed { DiedAtOnce: true } && !outlived)
            {
                outlived = true; // it was dying already; should the request itself have killed it, the second time says so
            }
            else if (error is not RouterError.EngineUnreached || tries == MostTries)
            {
                return error;
            }

            if (!answer.Http.Response.HasStarted)
            {
                RouterHeaders.ClearAllButOurs(answer.Http.Response); // the engine's status and headers may be there already
            }
        }
    }

    /// <summary>Peek, resolve, prepare.</summary>
    private async ValueTask<Checked<Prepared>> PrepareAsync(Answer answer, InferRoute route)
    {
        if (!(await Peek.AtAsync(answer.Http, answer.Limits.MaxBody, answer.Request, route.DefaultModel)).Holds(out var peeked, out var error))
        {
            return error;
        }

        answer.Holds(peeked.Body);
        if (!Resolve.Model(catalog.Current, answer.Http.Request.Headers, Caller.Of(answer.Http), peeked, catalog.Puller).Holds(out var resolved, out error))
        {
            return error;
        }

        var entry = answer.Request.Entry;
        (entry.Model, entry.Priority) = (resolved.Model.Id, resolved.Priority);
        var prepared = await Prepare.RequestAsync(route, resolved, answer.Http, answer.Request, answer.Limits);
        entry.Stream = prepared.Holds(out var held, out _) && held.Passage.Stream;
        return prepared;
    }

    /// <summary>A form, whose model is a field of it; its files may be large.</summary>
    private async ValueTask<Checked<Prepared>> PrepareFormAsync(Answer answer, InferRoute route)
    {
        var (http, caller) = (answer.Http, Caller.Of(answer.Http));
        if (!(await Peek.AtFormAsync(http, answer.Limits.MaxBody, answer.Request)).Holds(out var form, out var error))
        {
            return error;
        }

        answer.Holds(form);
        if (!Resolve.Model(catalog.Current, caller, form.Facts.Model, catalog.Puller).Holds(out var model, out error)
            || !Resolve.PriorityOf(http.Request.Headers, caller, model, form.Facts.Priority).Holds(out var priority, out error))
        {
            return error;
        }

        var entry = answer.Request.Entry;
        (entry.Model, entry.Priority, entry.Stream) = (model.Id, priority, form.Facts.StreamAsked == true);
        return Prepare.Form(route, form, model, priority, http);
    }

    /// <summary>A GET looks, and loads nothing for it; anything else may be a request like any other.</summary>
    private async ValueTask<Checked<Prepared>> PrepareUpstreamAsync(Answer answer)
    {
        var (http, caller) = (answer.Http, Caller.Of(answer.Http));
        if (!UpstreamPath.Of(http.Request.Path, name => Resolve.Model(catalog.Current, caller, name)).Holds(out var upstream, out var error)
            || !Resolve.PriorityOf(http.Request.Headers, caller, upstream.Model, said: null).Holds(out var priority, out error))
        {
            return error;
        }

        var model = upstream.Model;
        (answer.Request.Entry.Model, answer.Request.Entry.Priority) = (model.Id, priority);
        if ((HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) && !Clouds.Has(model) && !await _own.IsReadyAsync(model.Id))
        {
            return new RouterError.ModelNotLoaded(model.Id);
        }

        if (host.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        if (!(await Peek.WholeAsync(http, answer.Limits.MaxBody, answer.Request)).Holds(out var body, out error))
        {
            return error;
        }

        answer.Holds(body);
        return new Prepared(model, priority, upstream.Passage(body.Bytes), null);
    }

    /// <returns>Why it was not answered, and the place in the queue that it may be tried again with.</returns>
    private async ValueTask<(RouterError? Error, Ticket? Place)> AdmitAndForwardAsync(Answer answer, Prepared prepared, Ticket? place)
    {
        SpendingHold? hold = null;
        if (Clouds.Has(prepared.Model) && Spending?.Reserve(prepared.Model, prepared.PromptEstimate, prepared.MostTokens).Holds(out hold, out var overspent) == false)
        {
            return (overspent, place);
        }

        using var money = hold;
        var admitted = Clouds.Has(prepared.Model)
            ? Admit.IntoCloud(answer.Request, Clouds, prepared)
            : await Admit.EnterAsync(answer.Request, admission, prepared, answer.KeepAlive, place);
        if (!admitted.Holds(out var lease, out var error))
        {
            return (error, place);
        }

        if (!answer.KeepAlive.Started)
        {
            RouterHeaders.Waited(answer.Http.Response, answer.Request.Entry);
        }

        var patience = prepared.Model.RequestTimeout ?? answer.Limits.RequestTimeout;
        ForwardOutcome outcome;
        RouterError? verdict;
        var sent = journal.Time.GetTimestamp();
        await using (lease)
        {
            outcome = await AbsentAsync(lease)
                ?? await _forwarder.SendAsync(answer.Http, prepared.Passage, lease, answer.Tap, answer.KeepAlive, patience, answer.Request.Aborted);
            var died = answer.Tap.Bytes == 0 && journal.Time.GetElapsedTime(sent) < JustSent;

            // Before the lease is given back: or a dying engine is given the next request, or stopped for another model before it is known that it had died, and why.
            verdict = await Forward.JudgeAsync(outcome, answer.Request, prepared.Model.Id, lease.Instance, host, patience);
            verdict = died && verdict is RouterError.EngineFailed { Failure.ExitCode: not null } failed ? failed with { DiedAtOnce = true } : verdict;
        }

        money?.End(answer.Tap.Usage, answer.Tap.Bytes);
        if (outcome.End == ForwardEnd.Answered)
        {
            LogAnswered(answer.Http.TraceIdentifier, lease.Instance, answer.Http.Response.StatusCode, answer.Tap.Bytes, answer.Tap.FirstByte, answer.Tap.PromptTokens, answer.Tap.CompletionTokens);
        }

        return (verdict, lease.Ticket);
    }

    /// <summary>A run that has rested for long may be there no more: asked before it has seen the request, it costs nobody a 502.</summary>
    private async ValueTask<ForwardOutcome?> AbsentAsync(Lease lease) =>
        lease.Upstream.Pulse.HasRested(options().Rest) && await host.ExamineAsync(lease.Instance) is { } failure ? new ForwardOutcome(ForwardEnd.Unreached, failure.Cause) : null;

    /// <summary>Not a route of its own: a route that takes everything would keep the server from finding out which methods a path takes.</summary>
    private async Task RefuseUnroutedAsync(HttpContext http, RequestDelegate next)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint is RouteEndpoint)
        {
            await next(http);
            return;
        }

        var (method, path) = (http.Request.Method, http.Request.Path.ToUriComponent());
        RouterError error = new RouterError.RouteUnknown(method, path);
        if (endpoint is not null)
        {
            // Routing's own answer where only the method is wrong: a status, and the methods that would be right.
            await next(http);
            error = new RouterError.MethodNotAllowed(method, path, http.Response.Headers.Allow.ToString());
        }

        Log(error, http);
        await Refuse.WithAsync(http, error, RouteDialect.Of(http.Request.Path), atEventBoundary: true);
    }

    private void Log(RouterError error, HttpContext http)
    {
        switch (error.Blame)
        {
            case Blame.Client:
                LogClientError(http.TraceIdentifier, error.Code, error.Message);
                break;
            case Blame.Router:
                LogRouterError(http.TraceIdentifier, error.Code, error.Message);
                break;
            case Blame.Engine:
                LogEngineError(http.TraceIdentifier, error.Code, error.Message);
                break;
        }
    }

    [LoggerMessage(103, LogLevel.Debug, "{Request} answered by {Instance}: {Status}, {Bytes} bytes, first after {FirstByte}; tokens: {PromptTokens} prompt, {CompletionTokens} answer")]
    private partial void LogAnswered(string request, InstanceId instance, int status, long bytes, TimeSpan? firstByte, int? promptTokens, int? completionTokens);

    [LoggerMessage(100, LogLevel.Debug, "{Request} refused, the client's doing: {Code}: {Message}")]
    private partial void LogClientError(string request, string code, string message);

    [LoggerMessage(101, LogLevel.Information, "{Request} refused: {Code}: {Message}")]
    private partial void LogRouterError(string request, string code, string message);

    [LoggerMessage(102, LogLevel.Warning, "{Request} failed, the engine's doing: {Code}: {Message}")]
    private partial void LogEngineError(string request, string code, string message);

}
