using Lockkeeper.Testing;
using Shouldly;

namespace Lockkeeper.Server.Tests.Engines.Presets;

/// <summary>Text that is checked in and must stay what it is. <c>UPDATE_GOLDEN=1</c> writes it anew; the difference is then for a person to read.</summary>
internal static class GoldenText
{
    /// <param name="path">The file, from the root of the repository.</param>
    /// <param name="text">What it must hold.</param>
    public static void ShouldBeGolden(string path, string text)
    {
        var file = Path.Combine(Repository.Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text);
        }

        File.Exists(file).ShouldBeTrue($"{path} is missing; run the test with UPDATE_GOLDEN=1 and read what it writes");
        text.ShouldBe(File.ReadAllText(file), $"{path} differs; if that is meant, run the test with UPDATE_GOLDEN=1");
    }
}
