using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Security;

/// <summary>Who makes a request, and what it may do. One object a key, shared by all its requests; <see cref="FrontDoor"/> puts it on each.</summary>
internal sealed class Caller
{
    private FrozenSet<ModelId>? _models;

    private Caller(string key, ImmutableArray<Scope> scopes) => (Key, Scopes) = (key, scopes);

    /// <summary>A process of this machine where there are no keys: it could read and do everything without us.</summary>
    public static Caller Local { get; } = new("", [.. Enum.GetValues<Scope>()]);

    /// <summary>Whoever has no key and is let in all the same.</summary>
    public static Caller Guest { get; } = new("", [Scope.Infer]);

    /// <summary>Name of its key; empty for none.</summary>
    public string Key { get; }

    public ImmutableArray<Scope> Scopes { get; }

    /// <summary>Priority of a request that names none; null leaves it to the model.</summary>
    public Priority? Priority { get; private init; }

    /// <summary>The best priority its requests may have; null for any.</summary>
    public Priority? MaxPriority { get; private init; }

    /// <summary>Null when it has none.</summary>
    public CallerLimits? Limits { get; private init; }

    /// <summary>Whether every model is open to it.</summary>
    public bool UsesAllModels => _models is null;

    /// <param name="given">What the configuration says of the key.</param>
    /// <param name="catalog">The models its names stand for.</param>
    /// <param name="time">The clock of its limits.</param>
    /// <param name="before">The same key in the configuration before; where its limits are the same, so is what has been counted.</param>
    public static Caller Of(ApiKeyConfig given, ModelCatalog catalog, TimeProvider time, Caller? before = null) => new(given.Name, [.. given.Scopes])
    {
        Priority = given.Priority,
        MaxPriority = given.MaxPriority,
        Limits = given.MaxConcurrent is null && given.RequestsPerMinute is null ? null
            : before?.Limits is { } counted && counted.Are(given.MaxConcurrent, given.RequestsPerMinute) ? counted
            : new CallerLimits(Describe(given.Name), given.MaxConcurrent, given.RequestsPerMinute, time),
        _models = given.Models.Count == 0 ? null : given.Models.Select(catalog.Find).OfType<ModelSpec>().Select(model => model.Id).ToFrozenSet(),
    };

    /// <summary>Who made the request. One that has not come through the door may do the least.</summary>
    public static Caller Of(HttpContext http) => http.Features.Get<Caller>() ?? Guest;

    public bool May(Scope scope) => Scopes.Contains(scope);

    public bool MayUse(ModelSpec model) => _models is null || _models.Contains(model.Id);

    /// <summary>The priority a request is served with: what it asks for, but never better than <see cref="MaxPriority"/>.</summary>
    public Priority Clamp(Priority asked) => MaxPriority is { } best && asked < best ? best : asked;

    /// <summary>As the beginning of a sentence.</summary>
    public override string ToString() => Describe(Key);

    private static string Describe(string key) => key.Length == 0 ? "A request without an API key" : $"The API key '{key}'";
}
