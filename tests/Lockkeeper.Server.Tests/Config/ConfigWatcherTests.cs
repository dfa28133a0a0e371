using Lockkeeper.Server.Config;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>Every way a file is changed by people, editors and machines.</summary>
public sealed class ConfigWatcherTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-watch-");
    private ConfigInForce? _config;
    private ConfigWatcher? _watcher;

    private string Main => PathOf("lockkeeper.yaml");

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_written_over_is_loaded()
    {
        Write(Main, Config("a"));
        Begin();
        Write(Main, Config("b"));
        await ServedAsync("b");
        _config!.LastTry.Cause.ShouldBe(ReloadCause.Change);
    }

    [Fact]
    public async Task A_file_that_takes_the_place_of_the_old_one_is_loaded_each_time()
    {
        Write(Main, Config("a"));
        Begin();
        foreach (var model in new[] { "b", "c", "a" })
        {
            Write(PathOf("draft"), Config(model));
            File.Move(PathOf("draft"), Main, overwrite: true);
            await ServedAsync(model);
        }
    }

    [Fact]
    public async Task A_link_that_is_turned_is_followed_as_where_containers_mount_their_configuration()
    {
        foreach (var model in new[] { "a", "b", "c" })
        {
            Write(PathOf($"version-{model}/lockkeeper.yaml"), Config(model));
        }

        File.CreateSymbolicLink(PathOf("..data"), "version-a");
        File.CreateSymbolicLink(Main, "..data/lockkeeper.yaml");
        Begin();
        foreach (var model in new[] { "b", "c" })
        {
            Directory.Delete(PathOf("..data"));
            File.CreateSymbolicLink(PathOf("..data"), $"version-{model}");
            await ServedAsync(model);
        }
    }

    [Fact]
    public async Task A_link_to_a_file_elsewhere_is_watched_there()
    {
        var elsewhere = Directory.CreateTempSubdirectory("lockkeeper-elsewhere-");
        try
        {
            var target = Path.Combine(elsewhere.FullName, "real.yaml");
            Write(target, Config("a"));
            File.CreateSymbolicLink(Main, target);
            Begin();
            Write(target, Config("b"));
            await ServedAsync("b");
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Included_files_are_watched_also_where_the_folder_is_new()
    {
        Write(Main, Config("a"));
        Begin();
        Write(PathOf("more/1.yaml"), "models: { x: { engine: e } }\n");
        Write(Main, "include: more\n" + Config("a"));
        await ServedAsync("a", "x");
        Write(PathOf("more/2.yaml"), "models: { y: { engine: e } }\n");
        await ServedAsync("a", "x", "y");
        File.Delete(PathOf("more/1.yaml"));
        await ServedAsync("a", "y");
    }

    [Fact]
    public async Task What_is_bad_is_tried_once_and_what_comes_after_it_is_loaded()
    {
        Write(Main, Config("a"));
        Begin();
        Write(PathOf("draft"), "nonsense");
        File.Move(PathOf("draft"), Main, overwrite: true); // at once: what is written in steps may be seen between two of them, and tried twice
        await Eventually.True(() => !_config!.LastTry.Ok, "the bad file was tried");
        _config!.Catalog.Current.Models.ShouldHaveSingleItem().Id.Value.ShouldBe("a");
        var tried = _config.LastTry;
        File.SetLastWriteTimeUtc(Main, DateTime.UnixEpoch);
        Write(PathOf("unrelated"), "");
        File.Delete(Main);
        await Eventually.True(() => _config.LastTry != tried, "that it is gone was noticed");
        _config.LastTry.Problems.ShouldHaveSingleItem().Message.ShouldBe("does not exist");
        Write(Main, Config("b"));
        await ServedAsync("b");
    }

    [Fact]
    public async Task Where_nothing_is_told_the_files_are_read_now_and_then()
    {
        Write(Main, Config("a"));
        var time = new ManualTime();
        var config = ConfigInForceTests.InForce(() => ConfigFile.Load(Main, KnownPresets.All), time);
        await using var watcher = new ConfigWatcher(config, time, NullLogger<ConfigWatcher>.Instance);
        Write(Main, Config("b"));
        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return config.Config.Models.ContainsKey("b");
        }, "the change was found");
    }

    private static string Config(string model) => $"engines: {{ e: {{ command: [x, '{{port}}'] }} }}\nmodels:\n  {model}: {{ engine: e }}\n";

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void Begin()
    {
        _config = ConfigInForceTests.InForce(() => ConfigFile.Load(Main, KnownPresets.All), TimeProvider.System);
        _watcher = new ConfigWatcher(_config, TimeProvider.System, NullLogger<ConfigWatcher>.Instance);
    }

    private Task<TimeSpan> ServedAsync(params string[] models) =>
        Eventually.True(() => _config!.Catalog.Current.Models.Select(model => model.Id.Value).Order().SequenceEqual(models), $"{string.Join(", ", models)} are served");
}
