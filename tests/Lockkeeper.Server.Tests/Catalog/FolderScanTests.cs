using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Catalog;

public sealed class FolderScanTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly ModelFileReader _reader = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_called_by_its_name_and_a_file_of_a_repository_by_the_repository()
    {
        _folder.Gguf("alone-q4_k_m.gguf");
        _folder.Gguf("shelf/other.gguf");
        _folder.Gguf("bartowski/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf");
        _folder.Gguf("deep/er/org/model/x.gguf");
        Ids().ShouldBe(["alone-q4_k_m", "bartowski/Qwen3-8B-GGUF", "org/model", "other"], ignoreOrder: true);
        Model("bartowski/Qwen3-8B-GGUF").Alias.ShouldBe("bartowski/Qwen3-8B-GGUF:Q4_K_M");
    }

    [Fact]
    public void Several_quantizations_of_a_repository_are_told_apart()
    {
        _folder.Gguf("unsloth/Qwen3/Qwen3-Q4_K_M.gguf");
        _folder.Gguf("unsloth/Qwen3/Qwen3-UD-Q4_K_XL.gguf");
        _folder.Gguf("unsloth/Qwen3/BF16/Qwen3-BF16-00001-of-00001.gguf");
        _folder.Gguf("unsloth/Qwen3/strange.gguf", fileType: 7);
        _folder.Gguf("a/twins/one-Q8_0.gguf");
        _folder.Gguf("a/twins/two-Q8_0.gguf");
        Ids().ShouldBe(["a/twins:one-Q8_0", "a/twins:two-Q8_0", "unsloth/Qwen3:BF16", "unsloth/Qwen3:Q4_K_M", "unsloth/Qwen3:Q8_0", "unsloth/Qwen3:UD-Q4_K_XL"], ignoreOrder: true);
    }

    [Fact]
    public void Folders_of_MLX_and_safetensors_are_models()
    {
        _folder.Mlx("mlx-community/Qwen3-4bit");
        _folder.Mlx("plain");
        _folder.Text("sparse/config.json", "{}");
        Ids().ShouldBe(["mlx-community/Qwen3-4bit", "plain"], ignoreOrder: true);
        Model("plain").Path.ShouldBe(_folder.At("plain"));
        Model("plain").Read.Facts.Quantization.ShouldBe("4bit");
    }

    [Fact]
    public void A_folder_that_is_itself_a_model_is_found()
    {
        _folder.Mlx("mine");
        FolderScan.Of(_folder.At("mine"), _reader, TestContext.Current.CancellationToken).Models.ShouldHaveSingleItem().Id.ShouldBe("mine");
    }

    [Fact]
    public void Shards_are_one_model_and_all_have_to_be_there()
    {
        foreach (var shard in new[] { "big-00001-of-00002.gguf", "big-00002-of-00002.gguf", "half-00002-of-00002.gguf" })
        {
            _folder.Gguf(shard);
        }

        var result = Scan();
        var model = result.Models.ShouldHaveSingleItem();
        (model.Id, model.Path).ShouldBe(("big", _folder.At("big-00001-of-00002.gguf")));
        model.Read.Facts.Parameters.ShouldBe(2 * 256 * 16);
        result.Skipped.ShouldHaveSingleItem().Why.ShouldBe("1 of 2 shards are there");
    }

    [Fact]
    public void A_projector_belongs_to_the_model_beside_it_and_is_none_itself()
    {
        _folder.Gguf("org/eye/eye-Q4_K_M.gguf");
        _folder.Projector("org/eye/mmproj-BF16.gguf");
        _folder.Projector("org/eye/mmproj-F16.gguf");
        _folder.Gguf("gemma-3-4b-Q4_K_M.gguf");
        _folder.Gguf("other-Q4_K_M.gguf");
        _folder.Projector("mmproj-gemma-3-4b-f16.gguf");
        Ids().ShouldBe(["org/eye", "gemma-3-4b-Q4_K_M", "other-Q4_K_M"], ignoreOrder: true);
        Model("org/eye").Read.Mmproj.ShouldBe(_folder.At("org/eye/mmproj-F16.gguf"));
        Model("org/eye").Read.Facts.Capabilities.ShouldContain(Capability.Vision);
        Model("gemma-3-4b-Q4_K_M").Read.Mmproj.ShouldBe(_folder.At("mmproj-gemma-3-4b-f16.gguf"));
        Model("other-Q4_K_M").Read.Mmproj.ShouldBeNull();
    }

    [Fact]
    public void The_cache_of_the_hub_is_read_at_the_revision_that_main_is()
    {
        const string repository = "models--org--my--name";
        _folder.Cached(repository, "aaa", "new-Q8_0.gguf");
        _folder.Cached(repository, "bbb", "old-Q4_0.gguf");
        _folder.Text($"{repository}/refs/main", "bbb\n");
        Directory.SetLastWriteTimeUtc(_folder.At($"{repository}/snapshots/aaa"), DateTime.UnixEpoch.AddYears(90));
        var model = Scan().Models.ShouldHaveSingleItem();
        (model.Id, model.Path).ShouldBe(("org/my--name", _folder.At($"{repository}/snapshots/bbb/old-Q4_0.gguf")));
        model.RealPath.ShouldBe(_folder.At($"{repository}/blobs/bbb-old-Q4_0.gguf"));

        File.Delete(_folder.At($"{repository}/refs/main"));
        Scan().Models.ShouldHaveSingleItem().Path.ShouldBe(_folder.At($"{repository}/snapshots/aaa/new-Q8_0.gguf"));
    }

    [Fact]
    public void A_blob_that_is_missing_takes_its_model_out_of_the_list()
    {
        _folder.Cached("models--org--gone", "aaa", "x.gguf");
        _folder.Cached("models--org--here", "aaa", "x.gguf");
        Directory.Delete(_folder.At("models--org--gone/blobs"), recursive: true);
        Ids().ShouldBe(["org/here"]);
    }

    [Theory]
    [InlineData("x.gguf.part")]
    [InlineData("x.gguf.incomplete")]
    [InlineData("x.gguf.download")]
    [InlineData("x.gguf.aria2")]
    public void What_is_still_being_fetched_is_not_listed(string trace)
    {
        _folder.Gguf("x.gguf");
        _folder.Mlx("folder");
        Ids().ShouldBe(["folder", "x"], ignoreOrder: true);
        _folder.Text(trace, "…");
        _folder.Text("folder/model-2.safetensors" + trace["x.gguf".Length..], "…");
        Ids().ShouldBeEmpty();
    }

    [Fact]
    public void Files_shorter_than_their_header_says_are_not_listed()
    {
        GgufBytes.Llama().WriteTo(_folder.At("cut.gguf"), missing: 1);
        _folder.Mlx("cut");
        new SafetensorsBytes().Tensor("a", "F32", 100).WriteTo(_folder.At("cut/model.safetensors"), missing: 1);
        _folder.Text("empty.gguf", "");
        _folder.Text("nonsense.gguf", "<html>");
        var result = Scan();
        result.Models.ShouldBeEmpty();
        result.Skipped.Select(skipped => skipped.Why).ShouldContain("it is no GGUF file");
        result.Skipped.Count(skipped => skipped.Why.Contains("it is cut off:", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public void A_shard_that_the_index_names_has_to_be_there()
    {
        _folder.Mlx("some");
        _folder.Text("some/model.safetensors.index.json", """{"weight_map":{"a":"model.safetensors","b":"model-2.safetensors"}}""");
        Scan().Skipped.ShouldHaveSingleItem().Why.ShouldBe("model-2.safetensors is missing");
        new SafetensorsBytes().Tensor("b", "F32", 3).WriteTo(_folder.At("some/model-2.safetensors"));
        Model("some").Read.Facts.Parameters.ShouldBe((64 * 8) + 3);
    }

    [Fact]
    public void Without_an_index_the_numbers_of_the_shards_tell_which_are_missing()
    {
        _folder.Text("some/config.json", "{}");
        new SafetensorsBytes().Tensor("a", "F32", 3).WriteTo(_folder.At("some/model-00001-of-00002.safetensors"));
        Scan().Skipped.ShouldHaveSingleItem().Why.ShouldBe("model-00002-of-00002.safetensors is missing");
    }

    [Fact]
    public void Links_are_followed_and_circles_end()
    {
        using var elsewhere = new ModelFolder();
        elsewhere.Gguf("org/linked/x.gguf");
        _folder.Gguf("a/b/y.gguf");
        Directory.CreateSymbolicLink(_folder.At("hub"), elsewhere.Path);
        Directory.CreateSymbolicLink(_folder.At("proc"), "/proc");
        Directory.CreateSymbolicLink(_folder.At("a/b/up"), _folder.Path);
        Directory.CreateSymbolicLink(_folder.At("a/round"), _folder.At("a/round"));
        File.CreateSymbolicLink(_folder.At("single.gguf"), elsewhere.At("org/linked/x.gguf"));
        Ids().ShouldBe(["a/b", "org/linked", "single"], ignoreOrder: true);
    }

    [Fact]
    public void Hidden_things_and_names_that_no_model_can_have_are_left_out()
    {
        _folder.Gguf(".hidden/org/x.gguf");
        _folder.Gguf(".x.gguf");
        _folder.Gguf("--help.gguf");
        _folder.Gguf("bell\u0007.gguf");
        Ids().ShouldBeEmpty();
    }

    [Fact]
    public void A_hostile_file_costs_no_more_than_the_largest_header()
    {
        // A sparse gigabyte whose first array claims to be as long: it is read up to the bound, and refused.
        var bytes = new GgufBytes().Claiming("tokenizer.ggml.tokens", 8, 1UL << 40).Header();
        using (var file = File.Create(_folder.At("hostile.gguf")))
        {
            file.Write(bytes);
            file.SetLength(1L << 30);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Scan().Skipped.ShouldHaveSingleItem().Why.ShouldBe("its header is beyond 64 MiB");
        _reader.BytesRead.ShouldBeLessThanOrEqualTo(64 * 1024 * 1024);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(160L * 1024 * 1024, "the buffer, and those it grew from");
    }

    [Fact]
    public void A_second_look_reads_only_what_has_changed()
    {
        _folder.Gguf("x.gguf");
        _folder.Mlx("y");
        var first = Scan().Models;
        var read = _reader.BytesRead;
        var second = Scan().Models;
        _reader.BytesRead.ShouldBe(read);
        second.Select(model => model.Read).ShouldBe(first.Select(model => model.Read), new SameObject());

        GgufBytes.Llama("Renamed").WriteTo(_folder.At("x.gguf"));
        File.SetLastWriteTimeUtc(_folder.At("x.gguf"), DateTime.UnixEpoch.AddYears(50));
        Model("x").Read.Facts.Name.ShouldBe("Renamed");
        _reader.BytesRead.ShouldBeGreaterThan(read);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_to_be_so() => FolderScan.Of(_folder.At("none"), _reader, TestContext.Current.CancellationToken).Unreadable.ShouldBeTrue();

    [Fact]
    public void The_files_of_a_configured_model_are_read_where_they_lie()
    {
        _folder.Gguf("x.gguf", "Tiny");
        _folder.Mlx("y");
        _folder.Text("broken.gguf", "<html>");
        FolderScan.At(_folder.At("x.gguf"), _reader)!.Model!.Facts.Name.ShouldBe("Tiny");
        FolderScan.At(_folder.At("y"), _reader)!.Model!.Facts.Architecture.ShouldBe("qwen3");
        FolderScan.At(_folder.At("broken.gguf"), _reader)!.Refusal.ShouldBe("it is no GGUF file");
        FolderScan.At(_folder.At("gone.gguf"), _reader).ShouldBeNull();
        FolderScan.At(_folder.At("no/such/folder"), _reader).ShouldBeNull();
    }

    private List<string> Ids() => [.. Scan().Models.Select(model => model.Id)];

    private FoundModel Model(string id) => Scan().Models.Single(model => model.Id == id);

    private ScanResult Scan() => FolderScan.Of(_folder.Path, _reader, TestContext.Current.CancellationToken);

    private sealed class SameObject : IEqualityComparer<ReadModel>
    {
        public bool Equals(ReadModel? x, ReadModel? y) => ReferenceEquals(x, y);

        public int GetHashCode(ReadModel obj) => 0;
    }
}
