using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lockkeeper.Core.Config;

/// <summary>One key of a section, as its record declares it. The records are the only list of keys there is.</summary>
internal sealed record ConfigProperty
{
    /// <summary>The key in the file: the property's name in snake_case.</summary>
    public required string Key { get; init; }

    public required PropertyInfo Property { get; init; }

    /// <summary>The type of its value, without the <c>?</c> of a value type.</summary>
    public required Type Type { get; init; }

    /// <summary>The file must give it.</summary>
    public required bool Required { get; init; }

    public required BetweenAttribute? Bounds { get; init; }

    /// <summary>The keys of a section, in the order of its record.</summary>
    public static ImmutableArray<ConfigProperty> Of(Type section) =>
    [
        .. section.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => new ConfigProperty
        {
            Key = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            Property = property,
            Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
            Required = property.IsDefined(typeof(RequiredMemberAttribute)),
            Bounds = property.GetCustomAttribute<BetweenAttribute>(),
        }),
    ];

    /// <summary>A section has keys of its own; anything else is a value, a list or a map.</summary>
    public static bool IsSection(Type type) => type.IsClass && type != typeof(string) && type != typeof(JsonFields);

    /// <summary>Whether a single value may stand for a section of this type.</summary>
    public static bool IsOneForAll(Type section) => section.IsDefined(typeof(OneForAllAttribute), inherit: false);

    /// <summary>The type of the items when <paramref name="type"/> is a list; null when it is none.</summary>
    public static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>The type of the values when <paramref name="type"/> is a map from names; null when it is none.</summary>
    public static Type? EntryOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GetGenericArguments()[1] : null;
}
