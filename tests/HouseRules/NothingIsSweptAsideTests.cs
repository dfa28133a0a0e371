using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>A warning is mended or switched off for all with a reason in .editorconfig, never hidden where it appears.</summary>
public sealed class NothingIsSweptAsideTests
{
    [Fact]
    public void No_file_folds_regions_or_silences_warnings() => Repository.CSharp.SelectMany(Check).ShouldBeNone();

    [Theory]
    [InlineData("#region A\n#endregion")]
    [InlineData("#pragma warning disable CA1852")]
    [InlineData("class A {\n#pragma warning disable\n}")]
    [InlineData("#nullable disable")]
    [InlineData("[System.Diagnostics.CodeAnalysis.SuppressMessage(\"a\", \"b\")] class A;")]
    public void It_is_seen(string text) => Check(new SourceFile("a.cs", text)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("#pragma warning restore CA1852")]
    [InlineData("// #region in a comment")]
    [InlineData("#if DEBUG\n#endif")]
    public void What_hides_nothing_passes(string text) => Check(new SourceFile("a.cs", text)).ShouldBeEmpty();

    internal static IEnumerable<Breach> Check(SourceFile file)
    {
        var directives = file.Root.DescendantTrivia(descendIntoTrivia: true)
            .Select(trivia => trivia.GetStructure())
            .Where(structure => structure switch
            {
                RegionDirectiveTriviaSyntax => true,
                PragmaWarningDirectiveTriviaSyntax pragma => pragma.DisableOrRestoreKeyword.IsKind(SyntaxKind.DisableKeyword),
                NullableDirectiveTriviaSyntax nullable => nullable.SettingToken.IsKind(SyntaxKind.DisableKeyword),
                _ => false,
            })
            .Select(structure => file.At(structure!, $"'{structure!.ToString().Trim()}' hides something"));
        var attributes = file.Root.DescendantNodes().OfType<AttributeSyntax>()
            .Where(attribute => attribute.Name.ToString().EndsWith("SuppressMessage", StringComparison.Ordinal))
            .Select(attribute => file.At(attribute, "SuppressMessage hides something"));
        return directives.Concat(attributes);
    }
}
