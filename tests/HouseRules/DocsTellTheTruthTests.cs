using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>A page that names a type which is gone, or links to a page that has moved, has stopped being read by whoever wrote it.</summary>
public sealed partial class DocsTellTheTruthTests
{
    [Fact]
    public void Every_type_that_a_page_names_exists() => Repository.Docs.Where(Describes).SelectMany(page => CheckNames(page, Words.Value)).ShouldBeNone();

    [Fact]
    public void Every_relative_link_leads_somewhere() => Repository.Docs.SelectMany(page => CheckLinks(page, Exists)).ShouldBeNone();

    [Fact]
    public void Every_error_code_is_in_the_api_page()
    {
        var errors = Repository.File("src/Lockkeeper.Core/Wire/RouterError.cs");
        var page = Repository.File("docs/api.md").Text;
        var codes = ErrorCode().Matches(errors.Text).Select(match => match.Groups["code"].Value).Distinct().ToList();
        codes.Count.ShouldBeGreaterThan(20, "they are not found where they were");
        codes.Except(NeverAnswered).Where(code => !page.Contains($"| `{code}` |")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("see `Scheduler.Handle` and `AdmissionLoop`", "AdmissionLoop")]
    [InlineData("`BodyPeeker.cs` reads it", "BodyPeeker")]
    [InlineData("`SchedulerEvent.ArrivedLate` is posted", "ArrivedLate")]
    public void A_name_that_is_gone_is_seen(string text, string gone) =>
        CheckNames(new SourceFile("docs/a.md", text), new HashSet<string> { "Scheduler", "SchedulerEvent" }).ShouldHaveSingleItem().What.ShouldContain(gone);

    [Theory]
    [InlineData("`SchedulerEvent` is one")]
    [InlineData("`Handle` is one word, and may be anything")]
    [InlineData("NoBackticks around it")]
    [InlineData("```\nGET /SomePath\n```")]
    [InlineData("`dotnet run --project src/SomeProject`")]
    public void A_name_that_exists_or_is_no_name_passes(string text) => CheckNames(new SourceFile("docs/a.md", text), new HashSet<string> { "SchedulerEvent" }).ShouldBeEmpty();

    [Theory]
    [InlineData("[a](gone.md)", 1)]
    [InlineData("[a](../src/Gone.cs#part)", 1)]
    [InlineData("![a](images/gone.svg)", 1)]
    [InlineData("[a](here.md)", 0)]
    [InlineData("[a](here.md#part)", 0)]
    [InlineData("[a](#part) [b](https://example.com/x)", 0)]
    public void A_dead_link_is_seen(string text, int breaches) => CheckLinks(new SourceFile("docs/a.md", text), path => path == "docs/here.md").Count().ShouldBe(breaches);

    internal static IEnumerable<Breach> CheckNames(SourceFile page, IReadOnlySet<string> known) => page.Lines
        .SelectMany(line => Quoted().Matches(line.Text).SelectMany(quoted => TypeName().Matches(quoted.Groups["name"].Value)).Select(name => (line.Number, name.Value)))
        .Where(named => !known.Contains(named.Value))
        .Select(named => page.At(named.Number, $"there is no '{named.Value}' in the source"));

    internal static IEnumerable<Breach> CheckLinks(SourceFile page, Func<string, bool> exists) => page.Lines
        .SelectMany(line => Link().Matches(line.Text).Select(link => (line.Number, Target: link.Groups["target"].Value)))
        .Where(link => link.Target.Length > 0 && !link.Target.Contains("://") && !link.Target.StartsWith("mailto:", StringComparison.Ordinal))
        .Where(link => !exists(Path.GetRelativePath("/", Path.Combine("/", page.Folder, link.Target)).Replace('\\', '/')))
        .Select(link => page.At(link.Number, $"'{link.Target}' does not exist"));

    /// <summary>For the journal and the log: there is nobody left to read them, or nobody is told.</summary>
    private static readonly string[] NeverAnswered = ["client_closed_request", "client_stalled", "recalled"];

    /// <summary>The history of changes may name what is gone.</summary>
    private static bool Describes(SourceFile page) => page.Name != "CHANGELOG.md";

    private static bool Exists(string path) => File.Exists(Path.Combine(Repository.Root, path)) || Directory.Exists(Path.Combine(Repository.Root, path));

    /// <summary>Every word of the source outside comments: our types and members, and those of the libraries we use.</summary>
    private static readonly Lazy<IReadOnlySet<string>> Words = new(() => Repository.CSharp
        .SelectMany(file => file.Root.DescendantTokens())
        .Where(token => token.IsKind(SyntaxKind.IdentifierToken) || token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken))
        .SelectMany(token => Word().Matches(token.Text).Select(word => word.Value))
        .Concat(Repository.Projects.Append(Repository.File("Directory.Packages.props")).Append(Repository.File("Directory.Build.props")).Append(Repository.File("eng/BannedSymbols.txt"))
            .SelectMany(file => Word().Matches(file.Text + " " + file.Path).Select(word => word.Value)))
        .ToHashSet());

    /// <summary>A span of code that is one name: a sentence or a command in backticks is not.</summary>
    [GeneratedRegex(@"(?<!`)`(?<name>[A-Za-z][\w.<>]*)`(?!`)", RegexOptions.None, 10_000)]
    private static partial Regex Quoted();

    /// <summary>Two capitals at least: `Handle` may be anybody's, `ModelCatalog` is ours.</summary>
    [GeneratedRegex(@"\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+\b", RegexOptions.None, 10_000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]*)(?:#[^)]*)?\)", RegexOptions.None, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"Blame\.\w+, ""(?<code>[a-z_]+)""", RegexOptions.None, 10_000)]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"[A-Za-z_]\w*", RegexOptions.None, 10_000)]
    private static partial Regex Word();
}
