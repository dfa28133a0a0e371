using System.Collections;

namespace Lockkeeper.Core.Config;

/// <summary>A section laid over another of its kind: what the upper one leaves out is the lower one's.</summary>
internal static class Joined
{
    public static object Of(object upper, object lower)
    {
        var joined = Activator.CreateInstance(upper.GetType())!;
        foreach (var property in ConfigProperty.Of(upper.GetType()))
        {
            property.Property.SetValue(joined, Value(property, property.Property.GetValue(upper), property.Property.GetValue(lower)));
        }

        return joined;
    }

    private static object? Value(ConfigProperty property, object? upper, object? lower) => (upper, lower) switch
    {
        (null, _) => lower,
        (_, null) => upper,
        (IDictionary own, IDictionary given) => Join(own, given),
        _ when ConfigProperty.IsSection(property.Type) => Of(upper, lower),
        _ => upper,
    };

    private static IDictionary Join(IDictionary own, IDictionary given)
    {
        var joined = (IDictionary)Activator.CreateInstance(own.GetType())!;
        foreach (var map in new[] { given, own })
        {
            foreach (DictionaryEntry entry in map)
            {
                joined[entry.Key] = entry.Value;
            }
        }

        return joined;
    }
}
