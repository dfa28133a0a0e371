using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>A configuration of several files.</summary>
public sealed class ConfigFileIncludeTests : IDisposable
{
    private const string Engine = "engines: { e: { command: [x, '{port}'] } }\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-include-");

    private string Main => PathOf("lockkeeper.yaml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Sections_and_maps_of_all_files_are_one()
    {
        Write("lockkeeper.yaml", "include: more\nserver: { max_body: 1MiB }\n" + Engine);
        Write("more/2.yaml", "models: { b: { engine: e } }\nserver: { shutdown_grace: 1s }\n");
        Write("more/1.yaml", "models: { a: { engine: f } }\nengines: { f: { command: [y, '{port}'] } }\n");
        Write("more/empty.yaml", "\n");
        Write("more/notes.txt", "not: yaml: at all");
        var loaded = ConfigFile.Load(Main, KnownPresets.All).ShouldBeOfType<ConfigResult.Loaded>();
        loaded.Config.Models.Keys.ShouldBe(["a", "b"]);
        loaded.Config.Engines.Keys.ShouldBe(["e", "f"]);
        loaded.Config.Server.MaxBody.ToString().ShouldBe("1MiB");
        loaded.Config.Server.ShutdownGrace.ShouldBe(TimeSpan.FromSeconds(1));
        loaded.Files!.Folder.ShouldBe(PathOf("more"));
    }

    [Fact]
    public void What_editors_leave_in_the_folder_does_not_count()
    {
        Write("lockkeeper.yaml", "include: more\n" + Engine);
        Write("more/a.yaml", "models: { a: { engine: e } }\n");
        Write("more/._a.yaml", "models: { a: { engine: e } }\n");
        File.CreateSymbolicLink(PathOf("more/.#a.yaml"), "me@here.1234"); // Emacs: a.yaml is being edited
        ConfigFile.Load(Main, KnownPresets.All).ShouldBeOfType<ConfigResult.Loaded>().Config.Models.Keys.ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_pipe_in_the_folder_holds_up_nothing()
    {
        Write("lockkeeper.yaml", "include: more\n" + Engine);
        Write("more/a.yaml", "models: { a: { engine: e } }\n");
        using (var made = System.Diagnostics.Process.Start("mkfifo", PathOf("more/pipe.yaml")))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(PathOf("more/link.yaml"), PathOf("more/pipe.yaml"));
        var load = Task.Run(() => ConfigFile.Load(Main, KnownPresets.All), TestContext.Current.CancellationToken);
        (await load.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).ShouldBeOfType<ConfigResult.Loaded>().Config.Models.Keys.ShouldBe(["a"]);
    }

    [Fact]
    public void What_stands_in_two_files_is_an_error_that_names_both()
    {
        Write("lockkeeper.yaml", "include: more\nserver:\n  max_body: 1MiB\n" + Engine + "models: { a: { engine: e } }\n");
        Write("more/1.yaml", "\nmodels:\n  a: { engine: e }\n");
        Write("more/2.yaml", "server: { max_body: 2MiB }\nstate_file: x\n");
        Write("more/3.yaml", "state_file: y\n");
        Problems().ShouldBe(
        [
            $"{PathOf("more/1.yaml")}:3: models.a: is given in two files, first in {Main}:5; remove one of them",
            $"{PathOf("more/2.yaml")}:1: server.max_body: is given in two files, first in {Main}:3; remove one of them",
            $"{PathOf("more/3.yaml")}:1: state_file: is given in two files, first in {PathOf("more/2.yaml")}:2; remove one of them",
        ]);
    }

    [Fact]
    public void A_problem_is_told_with_the_file_it_stands_in()
    {
        Write("lockkeeper.yaml", "include: more\n" + Engine + "models: { a: { engine: e, aliases: [x] } }\n");
        Write("more/1.yaml", "models:\n  b:\n    engine: e\n    priority: urgent\n    aliases: [X]\n");
        Write("more/2.yaml", "models:\n  c: { engine: g }\n  c: { engine: e }\n");
        Problems().ShouldBe(
        [
            $"{PathOf("more/1.yaml")}:4: models.b.priority: 'urgent' is no priority; write critical, high, medium, low, background or 0 to 4",
            $"{PathOf("more/1.yaml")}:5: models.b.aliases[0]: 'X' is taken by models.a.aliases[0] on {Main}:3, and case does not tell names apart; choose another name",
            $"{PathOf("more/2.yaml")}:2: models.c.engine: there is no engine 'g'; did you mean 'e'?",
            $"{PathOf("more/2.yaml")}:3: models.c: is given twice, first on line 2; remove one of them",
        ]);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_the_one_problem_and_not_what_it_would_have_said()
    {
        Write("lockkeeper.yaml", "include: more\nmodels: { a: { engine: e } }\n");
        Write("more/1.yaml", "engines: [\n");
        Write("more/2.yaml", "- a\n");
        Write("more/3.yaml", "include: deeper\n");
        var problems = Problems();
        problems.Count.ShouldBe(3);
        problems[0].ShouldStartWith($"{PathOf("more/1.yaml")}:");
        problems[1].ShouldBe($"{PathOf("more/2.yaml")}:1: is no configuration, which is made of 'key: value' lines");
        problems[2].ShouldBe($"{PathOf("more/3.yaml")}:1: include: stands in a file that is included; only {Main} may include a folder");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_problem()
    {
        Write("lockkeeper.yaml", Engine + "models: { a: { engine: e } }\ninclude: nowhere\n");
        Problems().ShouldBe([$"{Main}:3: include: there is no folder '{PathOf("nowhere")}'"]);
    }

    [Fact]
    public void The_folder_may_be_named_by_a_variable()
    {
        Write("lockkeeper.yaml", "include: $LOCKKEEPER_TEST_NOT_SET/x\n" + Engine + "models: { a: { engine: e } }\n");
        Problems().ShouldBe([$"{Main}:1: include: there is no environment variable 'LOCKKEEPER_TEST_NOT_SET' where Lockkeeper runs; write $$ for a dollar"]);
    }

    [Fact]
    public void The_print_of_the_files_changes_with_each_of_them_and_only_then()
    {
        Write("lockkeeper.yaml", "include: more\n" + Engine);
        Write("more/1.yaml", "models: { a: { engine: e } }\n");
        var files = ConfigFile.Load(Main, KnownPresets.All).Files!;
        files.PrintNow().ShouldBe(files.Print);
        Write("more/1.yaml", "models: { b: { engine: e } }\n");
        var second = files.PrintNow();
        second.ShouldNotBe(files.Print);
        ConfigFile.Load(Main, KnownPresets.All).Files!.Print.ShouldBe(second);
        Write("more/2.yaml", "\n");
        files.PrintNow().ShouldNotBe(second);
        File.Delete(PathOf("more/2.yaml"));
        files.PrintNow().ShouldBe(second);
        File.WriteAllBytes(PathOf("more/1.yaml"), [0xFF]);
        ConfigFile.Load(Main, KnownPresets.All).Files!.Print.ShouldBe(files.PrintNow());
        File.Delete(Main);
        ConfigFile.Load(Main, KnownPresets.All).Files!.Print.ShouldBe(new ConfigFiles(Main, null).PrintNow());
    }

    private IReadOnlyList<string> Problems() => [.. ConfigFile.Load(Main, KnownPresets.All).ShouldBeOfType<ConfigResult.Refused>().Problems.Select(problem => problem.ToString())];

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }
}
