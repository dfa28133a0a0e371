using System.Text.Json;
using Lockkeeper.Testing;

namespace Lockkeeper.LlamaCpp.Tests.Scenarios;

/// <summary>The pinned npm packages that llama.cpp comes from.</summary>
public sealed class NativePackageTests
{
    private const string Version = "3.21.1";

    private static readonly string Folder = Path.Combine(Repository.Root, "src", "Lockkeeper.LlamaCpp", "native");

    public static TheoryData<string> Platforms => ["linux-arm64", "linux-x64", "mac-arm64-metal", "mac-x64", "win-arm64", "win-x64"];

    [Theory]
    [MemberData(nameof(Platforms))]
    public void The_lock_holds_every_platform_with_its_integrity(string platform)
    {
        var package = Lock().GetProperty("packages").GetProperty($"node_modules/@node-llama-cpp/{platform}");
        package.GetProperty("version").GetString().ShouldBe(Version);
        package.GetProperty("integrity").GetString()!.ShouldStartWith("sha512-");
        package.GetProperty("optional").GetBoolean().ShouldBeTrue("else npm ci fails on all other platforms");
    }

    [Fact]
    public void The_lock_holds_nothing_else_and_no_addresses()
    {
        var packages = Lock().GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0).ToList();
        packages.Count.ShouldBe(Platforms.Count);
        packages.Where(package => package.Value.TryGetProperty("resolved", out _)).ShouldBeEmpty("whoever builds chooses the registry");
    }

    [Fact]
    public void The_package_asks_for_exact_versions()
    {
        var asked = Read("package.json").GetProperty("optionalDependencies").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString());
        asked.Keys.ShouldBe(Platforms.Select(platform => $"@node-llama-cpp/{platform.Data}"), ignoreOrder: true);
        asked.Values.ShouldAllBe(version => version == Version);
    }

    private static JsonElement Lock() => Read("package-lock.json");

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement;
}
