using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>Nothing is ever big: what outgrows these numbers has more than one job.</summary>
public sealed class SizeTests
{
    private const int FileLines = 400;
    private const int MethodLines = 60;
    private const int ConstructorParameters = 6;

    [Fact]
    public void No_file_is_longer_than_400_lines() => Repository.CSharp.SelectMany(CheckFile).ShouldBeNone();

    [Fact]
    public void No_method_is_longer_than_60_lines() => Repository.CSharp.SelectMany(CheckMethods).ShouldBeNone();

    [Fact]
    public void No_constructor_takes_more_than_6_parameters() => Repository.CSharp.SelectMany(CheckConstructors).ShouldBeNone();

    [Fact]
    public void A_long_file_is_seen()
    {
        CheckFile(new SourceFile("a.cs", Lines(401))).ShouldHaveSingleItem();
        CheckFile(new SourceFile("a.cs", Lines(400))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("class A { void B() {", "} }")]
    [InlineData("class A { A() {", "} }")]
    [InlineData("class A { int B { get {", "return 0; } } }")]
    [InlineData("void B() {", "}")]
    public void A_long_method_is_seen(string start, string end)
    {
        CheckMethods(new SourceFile("a.cs", start + "\n" + Lines(60) + end)).ShouldHaveSingleItem();
        CheckMethods(new SourceFile("a.cs", start + "\n" + Lines(58) + end)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("class A { A(int a, int b, int c, int d, int e, int f, int g) { } }", 1)]
    [InlineData("class A(int a, int b, int c, int d, int e, int f, int g);", 1)]
    [InlineData("record A(int B, int C, int D, int E, int F, int G, int H);", 1)]
    [InlineData("class A(int a, int b, int c, int d, int e, int f);", 0)]
    [InlineData("class A { void B(int a, int b, int c, int d, int e, int f, int g) { } }", 0)]
    public void A_shopping_list_is_seen(string text, int breaches) => CheckConstructors(new SourceFile("a.cs", text)).Count().ShouldBe(breaches);

    internal static IEnumerable<Breach> CheckFile(SourceFile file)
    {
        var count = file.Text.TrimEnd('\n').Count(character => character == '\n') + 1;
        return count <= FileLines ? [] : [file.At(FileLines, $"{count} lines; a file has at most {FileLines}")];
    }

    internal static IEnumerable<Breach> CheckMethods(SourceFile file) => file.Root.DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax)
        .Select(node => (node, lines: LinesOf(node)))
        .Where(method => method.lines > MethodLines)
        .Select(method => file.At(method.node, $"{method.lines} lines; a method has at most {MethodLines}"));

    internal static IEnumerable<Breach> CheckConstructors(SourceFile file) => file.Root.DescendantNodes()
        .Select(node => (node, parameters: node switch
        {
            ConstructorDeclarationSyntax constructor => constructor.ParameterList.Parameters.Count,
            TypeDeclarationSyntax { ParameterList: { } primary } => primary.Parameters.Count,
            _ => 0,
        }))
        .Where(constructor => constructor.parameters > ConstructorParameters)
        .Select(constructor => file.At(constructor.node, $"{constructor.parameters} constructor parameters; at most {ConstructorParameters}"));

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("// line\n", count));
}
