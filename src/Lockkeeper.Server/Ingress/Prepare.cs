using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;

namespace Lockkeeper.Server.Ingress;

/// <summary>Third step: what the engine will be sent. All slow work belongs here, before the GPU is held.</summary>
internal static class Prepare
{
    public static Prepared Request(in Resolved resolved)
    {
        var (peeked, model, priority) = resolved;
        var edits = BodyEdits.For(peeked.Facts, model.Id.Value);
        return new Prepared(model, priority, peeked.Facts.Stream, new EngineBody(peeked.Body.Bytes, edits));
    }
}

/// <summary>A request that is ready to be sent as soon as its model is.</summary>
internal readonly record struct Prepared(ModelSpec Model, Priority Priority, bool Stream, EngineBody Body);
