using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>What is committed works on any machine: no path of the one it was written on, no host that one happened to fetch packages from.</summary>
public sealed partial class NoTraceOfAMachineTests
{
    [Fact]
    public void No_file_names_a_folder_of_one_machine() => Repository.Files.SelectMany(CheckPaths).ShouldBeNone();

    [Fact]
    public void No_file_names_a_package_registry() => Repository.Files.SelectMany(CheckRegistries).ShouldBeNone();

    [Fact]
    public void No_lock_file_says_where_a_package_was_fetched() =>
        Repository.Files.Where(file => file.Name == "package-lock.json").SelectMany(CheckLock).ShouldBeNone();

    // Each sample is cut in two, or this file would break its own rule.
    [Theory]
    [InlineData("cd /ro" + "ot/project")]
    [InlineData("path: \"/ho" + "me/ada/models\"")]
    [InlineData("see /wo" + "rk/notes.md")]
    [InlineData("/tmp" + "/wt/x")]
    [InlineData("C:\\Us" + "ers\\ada\\models")]
    [InlineData("/Us" + "ers/ada/models")]
    public void A_path_of_a_machine_is_seen(string text) => CheckPaths(new SourceFile("a.md", "fine\n" + text)).ShouldHaveSingleItem().Line.ShouldBe(2);

    [Theory]
    [InlineData("~/models/a.gguf")]
    [InlineData("/usr/bin/env bash")]
    [InlineData("https://example.com/wo" + "rk/a")]
    [InlineData("/proc/1/root")]
    [InlineData("/home/me/models")]
    public void A_path_that_fits_every_machine_passes(string text) => CheckPaths(new SourceFile("a.md", text)).ShouldBeEmpty();

    [Theory]
    [InlineData("https://api.nuget" + ".org")]
    [InlineData("https://registry.npmjs" + ".org/a/-/a.tgz")]
    [InlineData("regis" + "try=http://localhost:4873")]
    [InlineData("<add key=\"mirror\" value=\"http://packages.example/v3/" + "index.json\" />")]
    public void A_registry_is_seen(string text) => CheckRegistries(new SourceFile("a", text)).ShouldHaveSingleItem();

    [Fact]
    public void A_resolved_address_is_seen()
    {
        CheckLock(new SourceFile("package-lock.json", """{ "packages": { "node_modules/a": { "version": "1.0.0", "resolved": "x" } } }""")).ShouldHaveSingleItem();
        CheckLock(new SourceFile("package-lock.json", """{ "packages": { "node_modules/a": { "version": "1.0.0" } } }""")).ShouldBeEmpty();
    }

    internal static IEnumerable<Breach> CheckPaths(SourceFile file) => Matches(file, MachinePath(), "is a path of one machine");

    internal static IEnumerable<Breach> CheckRegistries(SourceFile file) => Matches(file, Registry(), "is a package registry");

    internal static IEnumerable<Breach> CheckLock(SourceFile file) => Matches(file, Resolved(), "says where a package was fetched");

    private static IEnumerable<Breach> Matches(SourceFile file, Regex pattern, string what) => file.Lines
        .Select(line => (line.Number, Found: pattern.Match(line.Text)))
        .Where(line => line.Found.Success)
        .Select(line => file.At(line.Number, $"'{line.Found.Value}' {what}"));

    [GeneratedRegex(@"(?<![\w.])(?:/(?:root|work|tmp/wt)/|/(?:home|Users)/(?!(?:me|you)\b)\w+|[A-Z]:\\Users\\)", RegexOptions.None, 10_000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"nuget\.org|npmjs\.(?:org|com)|pypi\.org|\bregistry\s*=\s*\S*://|/v3/index\.json", RegexOptions.None, 10_000)]
    private static partial Regex Registry();

    [GeneratedRegex(@"""resolved""\s*:", RegexOptions.None, 10_000)]
    private static partial Regex Resolved();
}
