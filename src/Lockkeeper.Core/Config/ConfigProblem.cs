namespace Lockkeeper.Core.Config;

/// <summary>One thing wrong with a configuration file, and how to mend it.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Line">1-based; 0 when the problem has no place in the file.</param>
/// <param name="Key">Dotted path of the key, <c>engines.mine.stop_timeout</c>; empty for the file itself.</param>
/// <param name="Message">What is wrong and what would be right.</param>
internal sealed record ConfigProblem(string File, int Line, string Key, string Message)
{
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")}: {(Key.Length > 0 ? $"{Key}: " : "")}{Message}";
}
