using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>A class that may be inherited by accident is a promise nobody meant to make.</summary>
public sealed class ClassesAreClosedTests
{
    [Fact]
    public void Every_class_is_sealed_static_or_abstract() => Check(Repository.CSharp).ShouldBeNone();

    [Theory]
    [InlineData("class A;", 1)]
    [InlineData("record A(int B);", 1)]
    [InlineData("partial class A;", 1)]
    [InlineData("sealed class A { class B; }", 1)]
    [InlineData("sealed class A;", 0)]
    [InlineData("static class A;", 0)]
    [InlineData("abstract record A;", 0)]
    [InlineData("record struct A(int B);", 0)]
    [InlineData("sealed partial class A; partial class A;", 0)]
    [InlineData("class A { [Benchmark] public void B() { } }", 0)]
    [InlineData("class A { [Fact] public void B() { } }", 1)]
    public void An_open_class_is_seen(string text, int breaches) => Check([new SourceFile("a.cs", text)]).Count().ShouldBe(breaches);

    internal static IEnumerable<Breach> Check(IEnumerable<SourceFile> files) => files
        .SelectMany(file => file.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Where(type => type is ClassDeclarationSyntax or RecordDeclarationSyntax { RawKind: (int)SyntaxKind.RecordDeclaration })
            .Select(type => (file, type)))
        .GroupBy(found => FullName(found.type))
        .Where(parts => !parts.Any(part => IsClosed(part.type) || IsBenchmark(part.type)))
        .Select(parts => parts.First().file.At(parts.First().type, $"'{parts.First().type.Identifier.Text}' is neither sealed, static nor abstract"));

    private static bool IsClosed(TypeDeclarationSyntax type) =>
        type.Modifiers.Any(modifier => modifier.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.StaticKeyword or SyntaxKind.AbstractKeyword);

    /// <summary>BenchmarkDotNet derives from the classes it runs.</summary>
    private static bool IsBenchmark(TypeDeclarationSyntax type) => type.Members
        .SelectMany(member => member.AttributeLists)
        .SelectMany(list => list.Attributes)
        .Any(attribute => attribute.Name.ToString() == "Benchmark");

    private static string FullName(TypeDeclarationSyntax type) => string.Join('.', type.AncestorsAndSelf().Reverse().Select(node => node switch
    {
        BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
        TypeDeclarationSyntax outer => $"{outer.Identifier.Text}`{outer.TypeParameterList?.Parameters.Count ?? 0}",
        _ => "",
    }));
}
