using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

public sealed class GgufFileTests
{
    [Fact]
    public void A_real_header_has_no_problem() => GgufFile.Problem([.. "GGUF"u8, 3, 0, 0, 0, .. new byte[16]]).ShouldBeNull();

    [Fact]
    public void Another_format_is_named_as_such() => GgufFile.Problem("PK\u0003\u0004 this is a zip archive"u8).ShouldNotBeNull().ShouldContain("not a GGUF file");

    [Fact]
    public void An_empty_file_is_not_one() => GgufFile.Problem([]).ShouldNotBeNull().ShouldContain("not a GGUF file");

    [Fact]
    public void A_header_cut_short_is_an_incomplete_download() => GgufFile.Problem("GGUF\u0003"u8).ShouldNotBeNull().ShouldContain("incomplete");

    [Fact]
    public void A_version_from_the_future_is_named() => GgufFile.Problem([.. "GGUF"u8, 9, 0, 0, 0, .. new byte[16]]).ShouldNotBeNull().ShouldContain("version 9");

    [Fact]
    public void A_missing_file_and_a_folder_are_told_apart()
    {
        Should.Throw<EngineLoadException>(() => GgufFile.Check("/no/such/model.gguf")).Message.ShouldContain("there is no such file");
        Should.Throw<EngineLoadException>(() => GgufFile.Check(Path.GetTempPath())).Message.ShouldContain("is a folder");
    }
}
