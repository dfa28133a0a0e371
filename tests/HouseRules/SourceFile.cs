using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HouseRules;

/// <summary>A file of the repository, or a sample of one in a rule's own test.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Text">Its content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    private readonly Lazy<SyntaxNode> _root = new(() => CSharpSyntaxTree.ParseText(Text, Options, Path).GetRoot());

    public string Name => System.IO.Path.GetFileName(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public SyntaxNode Root => _root.Value;

    public IEnumerable<(int Number, string Text)> Lines => Text.Split('\n').Select((text, index) => (index + 1, text));

    public Breach At(SyntaxNode node, string what) => new(Path, node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1, what);

    public Breach At(int line, string what) => new(Path, line, what);
}
