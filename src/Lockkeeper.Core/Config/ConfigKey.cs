namespace Lockkeeper.Core.Config;

/// <summary>The place of one key in the file. Equal by its parts: a model id may hold dots, so the dotted text alone would be ambiguous.</summary>
/// <param name="Parent">The section it stands in; null at the top.</param>
/// <param name="Name">The key as written; <c>[0]</c> for the first item of a list.</param>
internal sealed record ConfigKey(ConfigKey? Parent, string Name)
{
    public static ConfigKey Top(string name) => new(null, name);

    public ConfigKey Item(int index) => new(this, $"[{index}]");

    /// <summary>The dotted path, <c>engines.mine.command[2]</c>.</summary>
    public override string ToString() => Parent is null ? Name : Name.StartsWith('[') ? $"{Parent}{Name}" : $"{Parent}.{Name}";

    public static ConfigKey operator /(ConfigKey parent, string name) => new(parent, name);
}
