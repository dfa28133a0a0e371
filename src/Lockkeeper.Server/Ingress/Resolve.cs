using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>Second step: which model is meant, and how urgent it is.</summary>
internal static class Resolve
{
    private const string PriorityHeader = "X-Priority";

    /// <summary>The priority comes from the body, else from the header <c>X-Priority</c>, else from the model.</summary>
    public static Checked<Resolved> Model(ModelCatalog catalog, IHeaderDictionary headers, in Peeked peeked)
    {
        if (catalog.Find(peeked.Facts.Model) is not { } model)
        {
            return new RouterError.ModelUnknown(peeked.Facts.Model, catalog.Near(peeked.Facts.Model));
        }

        var priority = peeked.Facts.Priority ?? model.Priority;
        if (peeked.Facts.Priority is null && headers.TryGetValue(PriorityHeader, out var asked) && !PriorityName.TryParse(asked.ToString(), out priority))
        {
            return new RouterError.FieldInvalid(PriorityHeader, $"must be {PriorityName.Allowed}.");
        }

        return new Resolved(peeked, model, priority);
    }
}

/// <summary>A request whose model is known.</summary>
internal readonly record struct Resolved(Peeked Peeked, ModelSpec Model, Priority Priority);
