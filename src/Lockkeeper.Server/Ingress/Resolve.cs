using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>Second step: which model is meant, and how urgent it is.</summary>
internal static class Resolve
{
    private const string PriorityHeader = "X-Priority";

    /// <summary>The priority comes from the body, else from the header <c>X-Priority</c>, else from the caller's key, else from the model, and is never better than the key allows.</summary>
    public static Checked<Resolved> Model(ModelCatalog catalog, IHeaderDictionary headers, Caller caller, in Peeked peeked)
    {
        var asked = peeked.Facts.Model;
        if (catalog.Find(asked) is not { } model)
        {
            return new RouterError.ModelUnknown(asked, [.. catalog.Near(asked).Where(near => caller.MayUse(catalog.Find(near)!))]);
        }

        if (!caller.MayUse(model))
        {
            return new RouterError.ModelForbidden(caller.ToString(), asked);
        }

        if (peeked.Facts.PriorityIsForeign && !model.Engine.PriorityField)
        {
            return BodyPeek.ForeignPriority();
        }

        var priority = peeked.Facts.Priority ?? caller.Priority ?? model.Priority;
        if (peeked.Facts.Priority is null && headers.TryGetValue(PriorityHeader, out var header) && !PriorityName.TryParse(header.ToString(), out priority))
        {
            return new RouterError.FieldInvalid(PriorityHeader, $"must be {PriorityName.Allowed}.");
        }

        return new Resolved(peeked, model, caller.Clamp(priority));
    }
}

/// <summary>A request whose model is known.</summary>
internal readonly record struct Resolved(Peeked Peeked, ModelSpec Model, Priority Priority);
