using Lockkeeper.Server.Catalog;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Catalog;

public sealed class ModelNamesTests
{
    [Theory]
    [InlineData("models--org--name", "org/name")]
    [InlineData("models--org--my--name", "org/my--name")]
    [InlineData("models--gpt2", "gpt2")]
    [InlineData("models--", null)]
    [InlineData("datasets--org--name", null)]
    public void A_folder_of_the_hub_is_named_by_its_repository(string folder, string? id) => ModelNames.OfHubFolder(folder).ShouldBe(id);

    [Theory]
    [InlineData("Qwen3-8B-Q4_K_M", "Q4_K_M")]
    [InlineData("Qwen3-8B-UD-Q4_K_XL", "UD-Q4_K_XL")]
    [InlineData("llama.iq3_xxs", "IQ3_XXS")]
    [InlineData("gpt-oss-20b-mxfp4", "MXFP4")]
    [InlineData("model-bf16", "BF16")]
    [InlineData("Qwen3-8B", null)]
    [InlineData("faq4", null)]
    public void The_quantization_is_what_a_name_ends_with(string stem, string? quantization) => ModelNames.Quantization(stem).ShouldBe(quantization);

    [Theory]
    [InlineData("org/name", true)]
    [InlineData("mlx-community/Qwen3-4B-4bit_x.y", true)]
    [InlineData("../outside", false)]
    [InlineData("org/..", false)]
    [InlineData("./name", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("a/b/c", false)]
    [InlineData("name", false)]
    [InlineData("--org/name", false)]
    [InlineData("org/-name", false)]
    [InlineData("org\\x/name", false)]
    [InlineData("org/name\n", false)]
    [InlineData("https://a/b", false)]
    [InlineData("org/n\u00e4me", false)]
    public void Only_what_can_be_nothing_else_is_a_name_of_the_hub(string name, bool isOne) => ModelNames.IsOfHub(name).ShouldBe(isOne);
}
