using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines.Readiness;

/// <summary>
/// Asks an engine of which nobody has said what it speaks, once it is ready: by empty requests, which a route that is there refuses as invalid. Its news pass first and unchanged, so nothing waits for
/// that; nobody else hears of these requests.
/// </summary>
/// <param name="model">What the run serves.</param>
/// <param name="upstream">Where it answers; tells null once it is over.</param>
/// <param name="spoken">Where the answer is kept.</param>
/// <param name="next">Whom the news of the run goes to.</param>
/// <param name="time">The clock.</param>
internal sealed class DialectProbe(ModelSpec model, Func<Upstream?> upstream, SpokenDialects spoken, IInstanceObserver next, TimeProvider time) : IInstanceObserver
{
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <inheritdoc/>
    public void Post(SchedulerEvent happened)
    {
        next.Post(happened);
        if (happened is SchedulerEvent.InstanceReady && spoken.IsOpen(model))
        {
            _ = Task.Run(AskAsync, CancellationToken.None);
        }
    }

    private async Task AskAsync()
    {
        if (upstream() is not { } engine)
        {
            return;
        }

        var talk = new EngineTalk(engine, model.Engine, time);
        try
        {
            bool?[] speaks = await Task.WhenAll(SpeaksAsync(talk, "/v1/responses"), SpeaksAsync(talk, "/v1/messages"), IsOllamaAsync(talk));

            // Trouble is no answer: it is asked again when it is ready the next time.
            if (speaks.All(answer => answer is not null))
            {
                EngineDialect[] others = [EngineDialect.Responses, EngineDialect.Anthropic, EngineDialect.Ollama];
                spoken.Found(model, [.. model.Engine.Dialects, .. others.Where((_, place) => speaks[place] == true)]);
            }
        }
        catch (ObjectDisposedException)
        {
            // The run is over.
        }
    }

    /// <summary>Others have a version too, at the same place: an Ollama is who can also be asked for a chat.</summary>
    private static async Task<bool?> IsOllamaAsync(EngineTalk talk)
    {
        var reply = await talk.LookAsync("/api/version", wantsBody: true, CancellationToken.None);
        using var json = reply.IsGood ? reply.Json() : null;
        return json?.RootElement is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("version", out _) ? await SpeaksAsync(talk, "/api/chat") : Verdict(reply) is null ? null : false;
    }

    private static async Task<bool?> SpeaksAsync(EngineTalk talk, string path) =>
        Verdict(await talk.AskAsync(new ControlCall("POST", path, Empty), EngineTalk.Patience, CancellationToken.None));

    /// <returns>Null when the answer says nothing of the route.</returns>
    private static bool? Verdict(EngineReply reply) => reply.Status switch
    {
        >= 200 and < 300 or 400 or 401 or 403 or 415 or 422 => true,
        404 or 405 or 501 => false,
        _ => null,
    };
}
