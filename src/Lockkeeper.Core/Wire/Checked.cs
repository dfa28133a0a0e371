using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Wire;

/// <summary>What a step of the request path returns: its value, or the error the request is refused with.</summary>
internal readonly struct Checked<T>
    where T : notnull
{
    private readonly T? _value;

    private Checked(T? value, RouterError? error)
    {
        _value = value;
        Error = error;
    }

    public RouterError? Error { get; }

    public bool Holds([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out RouterError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    public static implicit operator Checked<T>(T value) => new(value, null);

    public static implicit operator Checked<T>(RouterError error) => new(default, error);
}
