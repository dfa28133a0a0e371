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

    /// <summary>The model of that name, if it is one that can be served.</summary>
    /// <param name="catalog">As it is now.</param>
    /// <param name="asked">The name in the request.</param>
    /// <param name="caller">Who asks; null for somebody who may know of every model.</param>
    public static Checked<ModelSpec> Named(ModelCatalog catalog, string asked, Caller? caller = null) =>
        catalog.Find(asked) is { } model ? (model.Enabled || caller?.MayUse(model) == false ? model : new RouterError.ModelDisabled(model.Id))
        : catalog.Ambiguous(asked) is { Length: > 0 } paths && caller?.UsesAllModels != false ? new RouterError.ModelAmbiguous(asked, paths)
        : new RouterError.ModelUnknown(asked, [.. catalog.Near(asked).Where(near => caller?.MayUse(catalog.Find(near)!) != false)]);

    /// <summary>The model and the urgency of a request that has been peeked at.</summary>
    /// <param name="catalog">As it is now.</param>
    /// <param name="headers">Of the request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="peeked">What its body says.</param>
    /// <param name="pull">Makes a model of a name that nobody has, where that is wanted; null when it makes none. Only for callers that may use every model.</param>
    public static Checked<Resolved> Model(ModelCatalog catalog, IHeaderDictionary headers, Caller caller, in Peeked peeked, Func<string, ModelSpec?>? pull = null) =>
        !Model(catalog, caller, peeked.Facts.Model, pull).Holds(out var model, out var refused) ? refused
        : peeked.Facts.PriorityIsForeign && !model.Engine.PriorityField ? BodyPeek.ForeignPriority()
        : PriorityOf(headers, caller, model, peeked.Facts.Priority).Holds(out var urgency, out refused) ? new Resolved(peeked, model, urgency)
        : refused;

    /// <summary>The model that a caller asks for by a name, and may use.</summary>
    /// <param name="catalog">As it is now.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="asked">The name.</param>
    /// <param name="pull">Makes a model of a name that nobody has; null when it makes none.</param>
    public static Checked<ModelSpec> Model(ModelCatalog catalog, Caller caller, string asked, Func<string, ModelSpec?>? pull = null)
    {
        if (!Named(catalog, asked, caller).Holds(out var model, out var unknown)
            && (unknown is not RouterError.ModelUnknown || !caller.UsesAllModels || (model = pull?.Invoke(asked)) is null))
        {
            return unknown;
        }

        return caller.MayUse(model) ? model : new RouterError.ModelForbidden(caller.ToString(), asked);
    }

    /// <summary>The priority comes from the body, else from the header <c>X-Priority</c>, else from the caller's key, else from the model, and is never better than the key allows.</summary>
    /// <param name="headers">Of the request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="model">Whom.</param>
    /// <param name="said">What its body says; null for nothing.</param>
    public static Checked<Priority> PriorityOf(IHeaderDictionary headers, Caller caller, ModelSpec model, Priority? said)
    {
        var priority = said ?? caller.Priority ?? model.Priority;
        return said is null && headers.TryGetValue(PriorityHeader, out var header) && !PriorityName.TryParse(header.ToString(), out priority)
            ? new RouterError.FieldInvalid(PriorityHeader, $"must be {PriorityName.Allowed}.")
            : caller.Clamp(priority);
    }
}

/// <summary>A request whose model is known.</summary>
internal readonly record struct Resolved(Peeked Peeked, ModelSpec Model, Priority Priority);
