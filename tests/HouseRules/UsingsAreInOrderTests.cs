using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>The one thing of <c>dotnet format</c> that the build does not see. In order, two changes rarely meet in the same line.</summary>
public sealed class UsingsAreInOrderTests
{
    [Fact]
    public void Usings_are_in_the_order_that_dotnet_format_gives_them() => Check(Repository.CSharp).ShouldBeNone();

    [Theory]
    [InlineData("using System; using System.Text; using Abc;", 0)]
    [InlineData("using Abc; using System;", 1)]
    [InlineData("using SystemAbc; using System;", 1)]
    [InlineData("using A.B; using A;", 1)]
    [InlineData("using A; using A.B; using AB;", 0)]
    [InlineData("using Ab.C; using A.D;", 1)]
    [InlineData("using a; using B; using c;", 0)]
    [InlineData("using static A; using B;", 1)]
    [InlineData("using B; using static A; using static B;", 0)]
    [InlineData("using X = A; using static B;", 1)]
    [InlineData("using Y = A; using X = B;", 1)]
    [InlineData("using B; using C; using A; using D;", 1)]
    [InlineData("namespace N { using B; using A; }", 1)]
    public void A_using_out_of_order_is_seen(string text, int breaches) => Check([new SourceFile("a.cs", text)]).Count().ShouldBe(breaches);

    internal static IEnumerable<Breach> Check(IEnumerable<SourceFile> files) => files
        .SelectMany(file => file.Root.DescendantNodesAndSelf()
            .Select(node => node switch { CompilationUnitSyntax unit => unit.Usings, BaseNamespaceDeclarationSyntax space => space.Usings, _ => [] })
            .SelectMany(usings => usings.Zip(usings.Skip(1)))
            .Where(pair => Compare(pair.First, pair.Second) > 0)
            .Select(pair => file.At(pair.Second, $"'{pair.Second}' belongs before '{pair.First}'")));

    private static int Compare(UsingDirectiveSyntax one, UsingDirectiveSyntax other)
    {
        var kinds = Kind(one).CompareTo(Kind(other));
        return kinds != 0 ? kinds : one.Alias is null ? CompareNames(Name(one), Name(other)) : CompareNames(one.Alias.Name.ToString(), other.Alias!.Name.ToString());
    }

    private static (bool IsLocal, bool IsAlias, bool IsStatic) Kind(UsingDirectiveSyntax directive) =>
        (directive.GlobalKeyword == default, directive.Alias is not null, directive.StaticKeyword != default);

    private static string Name(UsingDirectiveSyntax directive) => directive.NamespaceOrType.ToString();

    private static int CompareNames(string one, string other)
    {
        var (parts, others) = (one.Split('.'), other.Split('.'));
        var system = (parts[0] != nameof(System)).CompareTo(others[0] != nameof(System));
        var first = parts.Zip(others, StringComparer.OrdinalIgnoreCase.Compare).FirstOrDefault(order => order != 0);
        return system != 0 ? system : first != 0 ? first : parts.Length.CompareTo(others.Length);
    }
}
