using System.Collections.Immutable;

namespace Lockkeeper.Core.Scheduling;

/// <summary>One value for each <see cref="Priority"/>.</summary>
internal sealed class ByPriority<T>
{
    private readonly ImmutableArray<T> _values;

    private ByPriority(ImmutableArray<T> values) => _values = values;

    public T this[Priority priority] => _values[(int)priority];

    public static ByPriority<T> All(T value) => Of(_ => value);

    public static ByPriority<T> Of(Func<Priority, T> value) => new([.. Enum.GetValues<Priority>().Select(value)]);
}
