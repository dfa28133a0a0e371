using System.Collections.Immutable;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Core.Models;

/// <summary>What a run of a model is made of. Two configurations with equal recipes have the same engine running, so it need not be stopped for the change.</summary>
/// <remarks>
/// Aliases, defaults, priorities, limits and how a request is shaped are no ingredients: they are looked up for each request. Nor is what matters at the start or the end of a run
/// alone (readiness, time limits, stop rule): the run that lives keeps what it began with, and the next one has the new.
/// </remarks>
internal sealed class RunRecipe : IEquatable<RunRecipe>
{
    private readonly ImmutableArray<string> _ingredients;
    private readonly ImmutableDictionary<string, string?> _environment;
    private readonly ImmutableDictionary<string, Secret> _secrets;
    private readonly int _hash;

    public RunRecipe(ModelSpec model)
    {
        var engine = model.Engine;
        string Filled(string text) => Placeholders.Fill(text, placeholder => model.Values.GetValueOrDefault(placeholder.Trim('{', '}'), placeholder));
        _environment = engine.Environment;
        _secrets = engine.ApiKey is { } key ? engine.ControlHeaders.SetItem("", key) : engine.ControlHeaders;
        _ingredients =
        [
            engine.Lifecycle.ToString(),
            engine.Url?.ToString() ?? "",
            engine.WorkingDirectory ?? "",
            engine.LogFile ?? "",
            engine.Unit ?? "",
            engine.UnitScope.ToString(),
            model.Path ?? "",
            engine.Sleep.ToString(),
            Filled(engine.Load?.Path ?? ""),
            .. (engine.Load?.Body ?? JsonFields.None).Select(field => $"{field.Key}={Filled(field.Value)}"),
            "", // what follows is the command, however many members the body has
            .. engine.Command.Select(Filled),
        ];
        _hash = _ingredients.Aggregate(_environment.Count, HashCode.Combine);
    }

    public bool Equals(RunRecipe? other) =>
        other is not null && _ingredients.AsSpan().SequenceEqual(other._ingredients.AsSpan()) && Same(_environment, other._environment) && Same(_secrets, other._secrets);

    public override bool Equals(object? obj) => Equals(obj as RunRecipe);

    public override int GetHashCode() => _hash;

    private static bool Same<T>(ImmutableDictionary<string, T> one, ImmutableDictionary<string, T> other) =>
        one.Count == other.Count && one.All(entry => other.TryGetValue(entry.Key, out var value) && Equals(value, entry.Value));
}
