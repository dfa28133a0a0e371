namespace Lockkeeper.Core.Wire;

/// <summary>An error as it is to be said, whoever says it: the router, or an engine whose words are passed on in another dialect.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, for programs; null where an engine has none.</param>
/// <param name="Message">For people.</param>
/// <param name="Field">The request field at fault, where one is.</param>
internal sealed record ErrorText(int Status, string? Code, string Message, string? Field = null)
{
    public static ErrorText Of(RouterError error) => new(error.Status, error.Code, error.Message, error.Field);
}
