using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Tests.Config;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Catalog;

public sealed class DiscoveryTests : IAsyncLifetime
{
    private const string Engines = """
        engines:
          builtin: { preset: builtin }
          mlx: { command: [mlx, "{path}", "{port}"], max_concurrency: 3 }
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private readonly ModelFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly LiveCatalog _live = new(ModelCatalog.Of([]));
    private readonly Discovery _discovery;
    private int _changes;

    public DiscoveryTests()
    {
        _live.Changed += _ => Interlocked.Increment(ref _changes);
        _discovery = new Discovery(_live, _time, NullLogger<Discovery>.Instance);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _discovery.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_lies_in_a_folder_is_served_by_the_engine_for_its_kind()
    {
        var file = _folder.Gguf("org/name/x-Q8_0.gguf");
        _folder.Mlx("mlx-community/y");
        await StartAsync($"discover: [{{ path: '{_folder.Path}', engines: {{ gguf: builtin, mlx: mlx }} }}]");

        var model = _live.Current.Find("org/name").ShouldNotBeNull();
        (model.Path, model.Engine.Name, model.Discovered, model.Type, model.Quantization, model.ContextLength).ShouldBe((file, "builtin", true, ModelType.Chat, "Q4_K_M", null));
        model.Values["path"].ShouldBe(file);
        model.Facts!.ContextLength.ShouldBe(4096);
        model.MemoryEstimate.ShouldBe(MemoryEstimate.Of(model.Facts).Total);
        model.Capabilities.ShouldContain(Capability.Chat);
        _live.Current.Find("org/name:Q8_0").ShouldBe(model);
        var folder = _live.Current.Find("mlx-community/y").ShouldNotBeNull();
        (folder.Engine.Name, folder.MaxConcurrency, folder.Path).ShouldBe(("mlx", 3, _folder.At("mlx-community/y")));
    }

    [Fact]
    public async Task A_kind_without_an_engine_is_not_listed()
    {
        _folder.Gguf("a.gguf");
        _folder.Mlx("b");
        await StartAsync($"discover: [{{ path: '{_folder.Path}', engines: {{ mlx: mlx }} }}]");
        _live.Current.Models.Select(model => model.Id.Value).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_model_that_is_dropped_in_is_there_and_one_that_is_removed_is_gone()
    {
        await StartAsync($"discover: [{{ path: '{_folder.Path}', engines: {{ gguf: builtin }} }}]");
        _live.Current.Models.ShouldBeEmpty();
        _folder.Gguf("org/new/x.gguf");
        await Until(() => _live.Current.Find("org/new") is not null, "the new model is served");
        Directory.Delete(_folder.At("org"), recursive: true);
        await Until(() => _live.Current.Models.IsEmpty, "and gone again");
    }

    [Fact]
    public async Task A_folder_that_comes_later_is_found_without_being_watched()
    {
        await StartAsync($"discover: [{{ path: '{_folder.At("later")}', engines: {{ gguf: builtin }} }}]");
        _folder.Gguf("later/x.gguf");
        await Until(() => _live.Current.Find("x") is not null, "found by the next look", Period);
    }

    [Fact]
    public async Task A_look_that_finds_nothing_new_tells_nobody()
    {
        _folder.Gguf("x.gguf");
        await StartAsync($"discover: [{{ path: '{_folder.Path}', engines: {{ gguf: builtin }} }}]");
        var (model, changes) = (_live.Current.Find("x").ShouldNotBeNull(), _changes);
        _folder.Text("notes.txt", "more");
        await Until(() => _time.Timers == 0 || _changes > changes, "another look is over", Period, looks: 3);
        _changes.ShouldBe(changes);
        _live.Current.Find("x").ShouldBeSameAs(model);
    }

    [Fact]
    public async Task Configured_models_get_what_their_files_tell_where_nothing_is_written()
    {
        _folder.Gguf("alpha.gguf");
        _folder.Projector("mmproj-alpha.gguf");
        _folder.Text("broken.gguf", "<html>");
        await StartAsync($$"""
            models:
              plain: { engine: mlx, path: '{{_folder.At("alpha.gguf")}}' }
              written: { engine: mlx, path: '{{_folder.At("alpha.gguf")}}', type: embedding, quantization: mine, context_length: 100, cache_type_k: q8_0, mmproj: /other, capabilities: [rerank] }
              broken: { engine: mlx, path: '{{_folder.At("broken.gguf")}}' }
              gone: { engine: mlx, path: '{{_folder.At("gone.gguf")}}' }
            """);

        var plain = _live.Current.Find("plain")!;
        (plain.Quantization, plain.Type, plain.Values["mmproj"], plain.Discovered).ShouldBe(("Q4_K_M", ModelType.Chat, _folder.At("mmproj-alpha.gguf"), false));
        plain.Capabilities.ShouldContain(Capability.Vision);
        var written = _live.Current.Find("written")!;
        (written.Quantization, written.Type, written.Values["mmproj"], written.ContextLength).ShouldBe(("mine", ModelType.Embedding, "/other", 100));
        written.Capabilities.ShouldBe([Capability.Rerank]);
        written.MemoryEstimate.ShouldBe(MemoryEstimate.Of(written.Facts!, 100, "q8_0").Total);
        foreach (var bare in new[] { "broken", "gone" })
        {
            (_live.Current.Find(bare)!.Facts, _live.Current.Find(bare)!.MemoryEstimate).ShouldBe((null, null));
        }
    }

    [Fact]
    public async Task A_configured_name_stands_for_what_is_configured()
    {
        _folder.Gguf("x.gguf");
        await StartAsync($"models: {{ x: {{ engine: mlx, path: /elsewhere }} }}\ndiscover: [{{ path: '{_folder.Path}', engines: {{ gguf: builtin }} }}]");
        _live.Current.Models.ShouldHaveSingleItem().Engine.Name.ShouldBe("mlx");
    }

    [Fact]
    public async Task Two_ways_to_one_model_are_two_names_of_it_and_two_models_of_one_name_are_neither()
    {
        _folder.Gguf("one/x.gguf");
        _folder.Gguf("one/same.gguf");
        _folder.Gguf("two/same.gguf");
        File.CreateSymbolicLink(_folder.At("two/y.gguf"), _folder.At("one/x.gguf"));
        await StartAsync($"discover: [{{ path: '{_folder.At("one")}', engines: {{ gguf: builtin }} }}, {{ path: '{_folder.At("two")}', engines: {{ gguf: builtin }} }}]");
        _live.Current.Models.ShouldHaveSingleItem().Id.Value.ShouldBe("x");
        _live.Current.Find("y")!.Id.Value.ShouldBe("x");
        _live.Current.Ambiguous("same").ShouldBe([_folder.At("one/same.gguf"), _folder.At("two/same.gguf")]);
    }

    [Fact]
    public async Task Another_configuration_knows_at_once_what_has_been_read_and_forgets_the_folders_of_the_last()
    {
        _folder.Gguf("x.gguf");
        await StartAsync($"models: {{ m: {{ engine: mlx, path: '{_folder.At("x.gguf")}' }} }}\ndiscover: [{{ path: '{_folder.Path}', engines: {{ gguf: builtin }} }}]");
        var facts = _live.Current.Find("m")!.Facts.ShouldNotBeNull();
        _live.Current.Find("x").ShouldNotBeNull();
        _discovery.Follow(Plan($"models: {{ n: {{ engine: builtin, path: '{_folder.At("x.gguf")}' }} }}"));
        _live.Current.Find("n")!.Facts.ShouldBeSameAs(facts);
        await Until(() => _live.Current.Find("x") is null, "the folder is no longer served");
    }

    [Fact]
    public async Task A_name_of_the_hub_becomes_a_model_only_where_that_is_wanted_and_not_without_end()
    {
        _discovery.Follow(Plan($"discover: [{{ path: '{_folder.Path}', engines: {{ mlx: mlx }} }}]"));
        _discovery.Pull("org/name").ShouldBeNull();
        await StartAsync($"discover: [{{ path: '{_folder.Path}', engines: {{ mlx: mlx }}, auto_pull: true }}]");

        var model = _discovery.Pull("org/name").ShouldNotBeNull();
        (model.Id.Value, model.Path, model.Values["path"], model.Engine.Name, model.Discovered).ShouldBe(("org/name", null, "org/name", "mlx", true));
        _live.Current.Find("ORG/name").ShouldBe(model);
        _discovery.Pull("org/name").ShouldBe(model);
        _discovery.Pull("../outside").ShouldBeNull();
        for (var i = 1; i < 32; i++)
        {
            _discovery.Pull($"org/name{i}").ShouldNotBeNull();
        }

        _discovery.Pull("org/one-too-many").ShouldBeNull();
    }

    private async Task StartAsync(string yaml)
    {
        _discovery.Follow(Plan(yaml));
        _discovery.Start();
        await _discovery.FirstScan.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <summary>Lets the time pass that a look waits for, until the condition holds.</summary>
    private async Task Until(Func<bool> condition, string what, TimeSpan? step = null, int looks = 0)
    {
        var passed = 0;
        await Eventually.True(
            () =>
            {
                if (_time.Timers > 0)
                {
                    _time.Advance(step ?? Quiet);
                    passed++;
                }

                return looks > 0 ? passed > looks * 2 : condition();
            },
            what);
    }

    private static DiscoveryPlan Plan(string yaml)
    {
        var draft = ConfigText.Read("f", $"{Engines}\n{yaml}", KnownPresets.All);
        return DiscoveryPlan.Of(draft.Config, new ConfigFolder("/conf", "/people/me"), KnownPresets.All, _ => null);
    }
}
