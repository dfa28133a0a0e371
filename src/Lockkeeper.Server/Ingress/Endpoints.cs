using System.Diagnostics;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Security;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Ingress;

/// <summary>The request path, as a sentence: peek, resolve, prepare, admit, forward. Each step takes what the last one returned, or refuses.</summary>
internal sealed partial class Endpoints(LiveCatalog catalog, Admission admission, Func<IngressOptions> options, Journal journal, ILogger<Endpoints> logger)
{
    private readonly OwnAnswers _own = new(admission, journal.Time);

    /// <summary>Its third step.</summary>
    public required Prepare Prepare { private get; init; }

    /// <summary>Its last steps.</summary>
    public required Forward Forward { private get; init; }

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
        using var answer = new Answer(http, route.Dialect, request, limits, journal.Time);
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
            await Refuse.WithAsync(http, error, route.Dialect, answer.AtBoundary, answer.Tap.NextNumber, answer.KeepAlive.LastWords);
        }
    }

    private async ValueTask<RouterError?> AnswerAsync(Answer answer, Func<Answer, ValueTask<Checked<Prepared>>> prepare)
    {
        if (!(await prepare(answer)).Holds(out var prepared, out var error))
        {
            return error;
        }

        answer.KeepAlive.Voice = prepared.Plan.Voice;
        if (prepared.Plan.Timeout is { } timeout)
        {
            answer.Request.Allow(timeout);
        }

        return prepared.Plan switch
        {
            Plan.Forward forward => await Forward.RequestAsync(answer, prepared, forward),
            Plan.Wish(var wish) => await _own.FulfilAsync(answer, prepared, wish),
            Plan.Count(var turn) => await _own.CountAsync(answer, prepared, turn),
            Plan.Program(var question) => await OwnAnswers.AskAsync(answer, question),
            _ => throw new UnreachableException(),
        };
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
        entry.Stream = prepared.Holds(out var held, out _) && held.Plan.Stream;
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

        if (Prepare.WhyNotStart(model) is { } failure)
        {
            return failure;
        }

        if (!(await Peek.WholeAsync(http, answer.Limits.MaxBody, answer.Request)).Holds(out var body, out error))
        {
            return error;
        }

        answer.Holds(body);
        return new Prepared(model, priority, new Plan.Forward(upstream.Passage(body.Bytes)));
    }

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

    [LoggerMessage(100, LogLevel.Debug, "{Request} refused, the client's doing: {Code}: {Message}")]
    private partial void LogClientError(string request, string code, string message);

    [LoggerMessage(101, LogLevel.Information, "{Request} refused: {Code}: {Message}")]
    private partial void LogRouterError(string request, string code, string message);

    [LoggerMessage(102, LogLevel.Warning, "{Request} failed, the engine's doing: {Code}: {Message}")]
    private partial void LogEngineError(string request, string code, string message);
}
