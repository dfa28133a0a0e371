using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Forwarding;

namespace Lockkeeper.Server.Ingress;

/// <summary>Third step: what the engine will be sent. All slow work belongs here, before the GPU is held.</summary>
internal static class Prepare
{
    /// <summary>An engine that cannot be started at all is found out here, before another one is stopped to make room for it.</summary>
    public static Checked<Prepared> Request(in Resolved resolved, IInstanceHost host)
    {
        var (peeked, model, priority) = resolved;
        if (host.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        var edits = BodyEdits.For(peeked.Facts, model.Id.Value, model.Engine.PriorityField);
        return new Prepared(model, priority, peeked.Facts.Stream, new EngineBody(peeked.Body.Bytes, edits));
    }
}

/// <summary>A request that is ready to be sent as soon as its model is.</summary>
internal readonly record struct Prepared(ModelSpec Model, Priority Priority, bool Stream, EngineBody Body);
