namespace Lockkeeper.Core.Models;

/// <summary>The canonical id of a configured model. Aliases and other spellings are resolved to it by <see cref="ModelCatalog"/>.</summary>
internal readonly record struct ModelId(string Value)
{
    public override string ToString() => Value;
}
