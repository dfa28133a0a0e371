using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>A drawer invites everything; a word that fits every type says nothing about this one.</summary>
public sealed class NamesSayWhatTheyMeanTests
{
    private static readonly string[] Drawers = ["Utils", "Util", "Utilities", "Helpers", "Common", "Services", "Managers", "Misc", "Shared", "Extensions"];

    private static readonly string[] EmptySuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Service", "Services", "Handler", "Processor", "Info", "Data"];

    [Fact]
    public void No_folder_is_a_drawer() => Repository.Files.SelectMany(CheckFolder).ShouldBeNone();

    [Fact]
    public void No_type_has_an_empty_word_for_a_suffix() => Repository.CSharp.SelectMany(CheckTypes).ShouldBeNone();

    [Fact]
    public void A_file_is_named_after_a_type_in_it() => Repository.CSharp.SelectMany(CheckFileName).ShouldBeNone();

    [Theory]
    [InlineData("src/Lockkeeper.Core/Utils/A.cs")]
    [InlineData("src/Lockkeeper.Server/Common/A.cs")]
    [InlineData("tests/X/helpers/A.cs")]
    public void A_drawer_is_seen(string path) => CheckFolder(new SourceFile(path, "")).ShouldHaveSingleItem();

    [Theory]
    [InlineData("class EngineManager;")]
    [InlineData("static class PathHelper;")]
    [InlineData("interface IEngineService;")]
    [InlineData("record struct ModelInfo(int A);")]
    [InlineData("class A { class RequestHandler; }")]
    [InlineData("enum EngineData { }")]
    public void An_empty_suffix_is_seen(string text) => CheckTypes(new SourceFile("a.cs", text)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("class Admission;")]
    [InlineData("class Information;")]
    [InlineData("class InfoApi;")]
    public void A_noun_of_the_domain_passes(string text) => CheckTypes(new SourceFile("a.cs", text)).ShouldBeEmpty();

    [Theory]
    [InlineData("src/X/Scheduler.cs", "class Something;", 1)]
    [InlineData("src/X/Scheduler.cs", "class Scheduler; class Other;", 0)]
    [InlineData("src/X/Scheduler.Waiting.cs", "partial class Scheduler;", 0)]
    [InlineData("src/X/Program.cs", "return 0;", 0)]
    public void A_file_named_after_nothing_in_it_is_seen(string path, string text, int breaches) => CheckFileName(new SourceFile(path, text)).Count().ShouldBe(breaches);

    internal static IEnumerable<Breach> CheckFolder(SourceFile file) => file.Folder.Split('/')
        .Where(folder => Drawers.Contains(folder, StringComparer.OrdinalIgnoreCase))
        .Select(folder => file.At(1, $"the folder name '{folder}' says nothing; name the concept"));

    internal static IEnumerable<Breach> CheckTypes(SourceFile file) => file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        .Where(type => EmptySuffixes.Any(suffix => type.Identifier.Text.EndsWith(suffix, StringComparison.Ordinal)))
        .Select(type => file.At(type, $"the suffix of '{type.Identifier.Text}' says nothing; use a noun of the domain"));

    internal static IEnumerable<Breach> CheckFileName(SourceFile file)
    {
        var types = file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text).ToList();
        var expected = file.Name.Split('.')[0];
        return types.Count == 0 || types.Contains(expected) || expected == "Program" ? [] : [file.At(1, $"holds {string.Join(", ", types)} but no {expected}")];
    }
}
