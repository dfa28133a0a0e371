using System.Collections.Immutable;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>The tools of one request, and the ids of the calls that are found in its answer.</summary>
/// <param name="tools">What the model may call.</param>
/// <param name="seed">Ids are made from it: the same from the same.</param>
internal sealed class KnownTools(ImmutableArray<ToolSpec> tools, string seed)
{
    private int _ids;

    public ToolSpec? Find(ReadOnlySpan<char> name)
    {
        foreach (var tool in tools)
        {
            if (name.SequenceEqual(tool.Name))
            {
                return tool;
            }
        }

        return null;
    }

    /// <summary>An id for the next call, unlike those of other answers.</summary>
    public string NextId() => $"call_{Hash(seed):x16}{_ids++}";

    /// <summary>FNV-1a: short, and the same in every process.</summary>
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }
}
