using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class GgufFolderTests
{
    [Theory]
    [InlineData("b.gguf a.gguf", "a.gguf", null)]
    [InlineData("a.mmproj.txt mmproj-F16.gguf qwen.gguf", "qwen.gguf", "mmproj-F16.gguf")]
    [InlineData("MMPROJ.gguf a.GGUF", "a.GGUF", "MMPROJ.gguf")]
    [InlineData("m-00002-of-00003.gguf m-00003-of-00003.gguf m-00001-of-00003.gguf", "m-00001-of-00003.gguf", null)]
    [InlineData("m-00002-of-00003.gguf", null, null)]
    [InlineData("readme.md", null, null)]
    [InlineData("", null, null)]
    public void The_first_model_that_is_no_projector_and_no_later_part_is_meant(string files, string? model, string? projector)
    {
        using var folder = new TemporaryFolder(files.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Path.GetFileName(GgufFolder.ModelIn(folder.Path)).ShouldBe(model);
        Path.GetFileName(GgufFolder.ProjectorIn(folder.Path)).ShouldBe(projector);
    }

    [Fact]
    public void What_is_no_folder_holds_no_projector() => GgufFolder.ProjectorIn("/no/such/folder").ShouldBeNull();

    [Fact]
    public void Only_an_engine_for_GGUF_alone_takes_a_folder_for_one_of_its_files()
    {
        GgufFolder.IsOnlyFor([ModelFormat.Gguf]).ShouldBeTrue();
        GgufFolder.IsOnlyFor([ModelFormat.Gguf, ModelFormat.Hub]).ShouldBeTrue();
        GgufFolder.IsOnlyFor([ModelFormat.Gguf, ModelFormat.Safetensors]).ShouldBeFalse();
        GgufFolder.IsOnlyFor([]).ShouldBeFalse();
    }
}
