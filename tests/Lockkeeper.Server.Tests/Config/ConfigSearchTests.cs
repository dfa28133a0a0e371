using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigSearchTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("lockkeeper-search-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void The_option_is_taken_before_anything_else() => ConfigSearch.Find("named.yaml", Environment((ConfigSearch.Variable, "other.yaml"))).ShouldBe("named.yaml");

    [Fact]
    public void The_variable_is_taken_even_when_the_file_is_missing() => ConfigSearch.Find(null, Environment((ConfigSearch.Variable, "missing.yaml"))).ShouldBe("missing.yaml");

    [Fact]
    public void An_empty_variable_is_none() => ConfigSearch.Find(null, Environment((ConfigSearch.Variable, ""))).ShouldBeNull();

    [Fact]
    public void The_users_folder_is_looked_into_last()
    {
        var file = Write(".config/lockkeeper/lockkeeper.yaml");
        ConfigSearch.Find(null, Environment()).ShouldBe(file);
    }

    [Fact]
    public void XDG_CONFIG_HOME_replaces_the_users_folder_unless_it_is_relative()
    {
        var usual = Write(".config/lockkeeper/lockkeeper.yaml");
        var moved = Write("xdg/lockkeeper/lockkeeper.yaml");
        ConfigSearch.Find(null, Environment(("XDG_CONFIG_HOME", Path.Combine(_home.FullName, "xdg")))).ShouldBe(moved);
        ConfigSearch.Find(null, Environment(("XDG_CONFIG_HOME", "xdg"))).ShouldBe(usual);
    }

    [Fact]
    public void Nowhere_a_file_means_the_demo() => ConfigSearch.Find(null, Environment()).ShouldBeNull();

    private Func<string, string?> Environment(params (string Name, string Value)[] variables) => name =>
        name == "HOME" ? _home.FullName : Array.Find(variables, variable => variable.Name == name).Value;

    private string Write(string path)
    {
        var file = new FileInfo(Path.Combine(_home.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, "");
        return file.FullName;
    }
}
