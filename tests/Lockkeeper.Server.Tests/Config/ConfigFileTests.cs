using System.Text;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-config-");

    private string File => Path.Combine(_folder.FullName, "lockkeeper.yaml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_without_problems_is_loaded()
    {
        Touch("models/a.gguf");
        Write("engines: { e: { preset: builtin } }\nmodels: { a: { engine: e, path: models/a.gguf } }\n");
        var loaded = ConfigFile.Load(File, KnownPresets.All).ShouldBeOfType<ConfigResult.Loaded>();
        loaded.Config.Models.Keys.ShouldBe(["a"]);
        loaded.Catalog.Find("A")!.Path.ShouldBe(Path.Combine(_folder.FullName, "models", "a.gguf"));
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_change_nothing()
    {
        Touch("a.gguf");
        System.IO.File.WriteAllText(File, "engines: { e: { preset: builtin } }\r\nmodels:\r\n  a: { engine: e, path: a.gguf }\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        ConfigFile.Load(File, KnownPresets.All).ShouldBeOfType<ConfigResult.Loaded>();
    }

    [Fact]
    public void What_is_named_and_not_there_is_a_problem_with_the_path_it_means()
    {
        Write("engines:\n  e: { preset: builtin, cwd: ./nowhere }\nmodels:\n  a: { engine: e, path: a.gguf }\n  b: { engine: e, path: /no/such.gguf }\n");
        Problems().ShouldBe(
        [
            $"{File}:2: engines.e.cwd: there is no folder './nowhere', which means {Path.Combine(_folder.FullName, "nowhere")}",
            $"{File}:4: models.a.path: there is no file or folder 'a.gguf', which means {Path.Combine(_folder.FullName, "a.gguf")}",
            $"{File}:5: models.b.path: there is no file or folder '/no/such.gguf'",
        ]);
    }

    [Fact]
    public void Missing_files_are_told_together_with_everything_else()
    {
        Write("engines: { e: { preset: builtin } }\nmodels:\n  a: { engine: e, path: a.gguf }\nsevrer: {}\n");
        Problems().Count.ShouldBe(2);
    }

    [Fact]
    public void A_missing_file_is_refused() => Problems().ShouldBe([$"{File}: does not exist"]);

    [Fact]
    public void A_folder_is_refused()
    {
        Directory.CreateDirectory(File);
        Problems().ShouldBe([$"{File}: is a folder; name the file in it"]);
    }

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        Write(new string('#', (1 << 20) + 1));
        Problems().ShouldBe([$"{File}: is larger than 1 MiB, and so surely no configuration"]);
        Write(new string('#', 1 << 20));
        Problems().ShouldHaveSingleItem().ShouldContain("there are none, so there is nothing to serve");
    }

    [Fact]
    public void What_is_not_UTF_8_is_refused_with_its_line()
    {
        System.IO.File.WriteAllBytes(File, [.. "a: 1\nb: "u8, 0xE4, .. "\n"u8]);
        Problems().ShouldBe([$"{File}:2: is not UTF-8 text; save it as UTF-8"]);
    }

    [Fact]
    public void A_control_character_is_refused_with_its_line()
    {
        Write("a: 1\n\nb: \0\nc: 2");
        Problems().ShouldBe([$"{File}:3: holds the control character U+0000, which text does not have"]);
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_refused()
    {
        Write("models: {}");
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes are needed.");
            return;
        }

        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may read everything.");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.None);
        Problems().ShouldBe([$"{File}: cannot be read: permission denied"]);
    }

    [Fact]
    public void A_file_that_is_a_list_is_refused_without_follow_up_problems()
    {
        Write("\n- a\n- b\n");
        Problems().ShouldBe([$"{File}:2: is a list; a configuration is made of 'key: value' lines"]);
    }

    [Fact]
    public void The_demo_serves_the_models_beside_the_program()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "models");
        var expected = new[] { "demo-guide", "demo-poet" };
        switch (ConfigFile.LoadDemo(KnownPresets.All))
        {
            case ConfigResult.Loaded(_, var catalog):
                catalog.Models.Select(model => (model.Id.Value, model.Path)).ShouldBe(expected.Select(id => (id, (string?)Path.Combine(folder, id + ".gguf"))));
                break;
            case ConfigResult.Refused(var problems):
                Directory.Exists(folder).ShouldBeFalse();
                problems.Select(problem => problem.ToString()).ShouldBe(expected.Select(id =>
                    $"demo configuration: models.{id}.path: there is no file or folder '{Path.Combine(folder, id + ".gguf")}'"));
                break;
        }
    }

    private IReadOnlyList<string> Problems() =>
        [.. ConfigFile.Load(File, KnownPresets.All).ShouldBeOfType<ConfigResult.Refused>().Problems.Select(problem => problem.ToString())];

    private void Write(string text) => System.IO.File.WriteAllText(File, text);

    private void Touch(string path)
    {
        var file = new FileInfo(Path.Combine(_folder.FullName, path));
        file.Directory!.Create();
        System.IO.File.WriteAllText(file.FullName, "");
    }
}
