using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Tests.Interop;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void What_the_build_copied_beside_the_executable_is_complete() =>
        NativeLibraries.Missing(Path.Combine(AppContext.BaseDirectory, "native")).ShouldBeNull();

    [Fact]
    public void A_build_without_npm_is_told_what_is_missing_and_how_to_get_it()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"lockkeeper-none-{Guid.NewGuid():N}");
        NativeLibraries.Missing(folder)!.ShouldSatisfyAllConditions(
            message => message.ShouldContain($"there is no folder {folder}"),
            message => message.ShouldContain("install Node.js 20 or newer, then build again"));
    }

    [Fact]
    public void A_folder_with_a_file_too_few_is_told_which_one()
    {
        var folder = Directory.CreateTempSubdirectory("lockkeeper-part-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "native")).Where(file => !Path.GetFileName(file).Contains("llama", StringComparison.Ordinal)))
            {
                File.WriteAllText(Path.Combine(folder, Path.GetFileName(file)), "");
            }

            NativeLibraries.Missing(folder)!.ShouldContain("llama.v0.4.0");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
