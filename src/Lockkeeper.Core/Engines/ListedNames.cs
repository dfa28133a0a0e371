using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Engines;

/// <summary>Under which names an engine may list a model: its id, its path, or the name of its file or folder.</summary>
internal sealed class ListedNames
{
    /// <summary>Ollama's name for what has no other tag.</summary>
    private const string DefaultTag = ":latest";

    private readonly List<string> _names;

    private ListedNames(List<string> names) => _names = names;

    public static ListedNames Of(ModelSpec model)
    {
        List<string> names = [model.Id.Value];
        if (model.Path is { Length: > 0 } path)
        {
            var file = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            names.AddRange([path, Path.TrimEndingDirectorySeparator(path), file, Path.GetFileNameWithoutExtension(file)]);
        }

        return new ListedNames(names);
    }

    /// <summary>Whether that is one of them.</summary>
    public bool Contain(string said) => _names.Exists(name => Same(name, said));

    public override string ToString() => _names[0];

    private static bool Same(string name, string said) =>
        said.Equals(name, StringComparison.Ordinal)
        || (said.EndsWith(DefaultTag, StringComparison.Ordinal) && said.AsSpan(0, said.Length - DefaultTag.Length).SequenceEqual(name));
}
