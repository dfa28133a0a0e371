using System.Collections;

namespace Lockkeeper.Core.Config;

/// <summary>Whether two values of a configuration say the same. The lists and maps of sections know only whether they are the same object.</summary>
internal static class Likeness
{
    public static bool Of(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string or JsonFields, _) => one.Equals(other),
        (IDictionary map, IDictionary with) => map.Count == with.Count && map.Keys.Cast<object>().All(key => with.Contains(key) && Of(map[key], with[key])),
        (IEnumerable list, IEnumerable with) => list.Cast<object?>().SequenceEqual(with.Cast<object?>(), Values.Instance),
        _ when one.GetType() == other.GetType() && ConfigProperty.IsSection(one.GetType()) =>
            ConfigProperty.Of(one.GetType()).All(property => Of(property.Property.GetValue(one), property.Property.GetValue(other))),
        _ => one.Equals(other),
    };

    private sealed class Values : IEqualityComparer<object?>
    {
        public static readonly Values Instance = new();

        bool IEqualityComparer<object?>.Equals(object? one, object? other) => Of(one, other);

        int IEqualityComparer<object?>.GetHashCode(object? value) => 0;
    }
}
