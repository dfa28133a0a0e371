namespace Lockkeeper.Core.Wire;

/// <summary>The API a client speaks. Errors and keep-alives follow it.</summary>
internal enum Dialect
{
    OpenAi,
}
