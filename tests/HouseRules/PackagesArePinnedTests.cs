using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>The same packages on every machine and on every day: exact versions, in one place, transitive ones too.</summary>
public sealed partial class PackagesArePinnedTests
{
    [Fact]
    public void Every_version_is_exact() => CheckVersions(Repository.File("Directory.Packages.props")).ShouldBeNone();

    [Fact]
    public void Every_project_leaves_the_version_to_the_central_file() => Repository.Files
        .Where(file => file.Name.EndsWith(".csproj", StringComparison.Ordinal) || (file.Name.EndsWith(".props", StringComparison.Ordinal) && file.Name != "Directory.Packages.props"))
        .SelectMany(file => CheckReferences(file, Central))
        .ShouldBeNone();

    [Fact]
    public void Every_package_that_was_restored_is_pinned()
    {
        var restored = Directory.GetFiles(Path.Combine(Repository.Root, "artifacts", "obj"), "project.assets.json", SearchOption.AllDirectories);
        restored.ShouldNotBeEmpty();
        restored.SelectMany(path => CheckRestored(new SourceFile(Path.GetRelativePath(Repository.Root, path), File.ReadAllText(path)), Central)).ShouldBeNone();
    }

    [Fact]
    public void Every_npm_dependency_is_exact() => Repository.Files.Where(file => file.Name == "package.json").SelectMany(CheckNpm).ShouldBeNone();

    [Theory]
    [InlineData("1.*")]
    [InlineData("[1.0,2.0)")]
    [InlineData("1.2.3-*")]
    [InlineData("")]
    public void A_floating_version_is_seen(string version) =>
        CheckVersions(new SourceFile("a.props", $"<Project><ItemGroup><PackageVersion Include=\"A\" Version=\"{version}\" /></ItemGroup></Project>")).ShouldHaveSingleItem();

    [Theory]
    [InlineData("<PackageReference Include=\"A\" Version=\"1.0.0\" />", 1)]
    [InlineData("<PackageReference Include=\"A\" VersionOverride=\"1.0.0\" />", 1)]
    [InlineData("<PackageReference Include=\"B\" />", 1)]
    [InlineData("<PackageReference Include=\"A\" />", 0)]
    public void A_version_outside_the_central_file_is_seen(string reference, int breaches) =>
        CheckReferences(new SourceFile("a.csproj", $"<Project><ItemGroup>{reference}</ItemGroup></Project>"), new HashSet<string> { "A" }).Count().ShouldBe(breaches);

    [Fact]
    public void A_transitive_package_without_a_pin_is_seen() => CheckRestored(
        new SourceFile("project.assets.json", """{ "libraries": { "A/1.0.0": { "type": "package" }, "B/1.0.0": { "type": "package" }, "C/1.0.0": { "type": "project" } } }"""),
        new HashSet<string> { "A" }).ShouldHaveSingleItem().What.ShouldContain("B");

    [Theory]
    [InlineData("^1.0.0", 1)]
    [InlineData("latest", 1)]
    [InlineData("3.21.1", 0)]
    public void A_range_of_an_npm_version_is_seen(string version, int breaches) =>
        CheckNpm(new SourceFile("package.json", $$"""{ "optionalDependencies": { "a": "{{version}}" } }""")).Count().ShouldBe(breaches);

    private static HashSet<string> Central => [.. XDocument.Parse(Repository.File("Directory.Packages.props").Text).Descendants("PackageVersion").Select(pin => (string)pin.Attribute("Include")!)];

    internal static IEnumerable<Breach> CheckVersions(SourceFile file) => XDocument.Parse(file.Text).Descendants("PackageVersion")
        .Where(pin => !Exact().IsMatch((string?)pin.Attribute("Version") ?? ""))
        .Select(pin => file.At(1, $"the version of {pin.Attribute("Include")?.Value} is not exact"));

    internal static IEnumerable<Breach> CheckReferences(SourceFile file, IReadOnlySet<string> central) => XDocument.Parse(file.Text).Descendants("PackageReference")
        .Where(reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || !central.Contains((string?)reference.Attribute("Include") ?? ""))
        .Select(reference => file.At(1, $"the version of {reference.Attribute("Include")?.Value} belongs into Directory.Packages.props"));

    internal static IEnumerable<Breach> CheckRestored(SourceFile assets, IReadOnlySet<string> central)
    {
        using var json = JsonDocument.Parse(assets.Text);
        return [.. json.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => library.Name.Split('/')[0])
            .Where(name => !central.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Select(name => assets.At(1, $"{name} was restored without a pin"))];
    }

    internal static IEnumerable<Breach> CheckNpm(SourceFile package)
    {
        using var json = JsonDocument.Parse(package.Text);
        return [.. json.RootElement.EnumerateObject()
            .Where(section => section.Name.EndsWith("ependencies", StringComparison.Ordinal))
            .SelectMany(section => section.Value.EnumerateObject())
            .Where(dependency => !Exact().IsMatch(dependency.Value.GetString()!))
            .Select(dependency => package.At(1, $"the version of {dependency.Name} is not exact"))];
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+(?:\.\d+)?(?:-[\w.]*\w)?$", RegexOptions.None, 10_000)]
    private static partial Regex Exact();
}
