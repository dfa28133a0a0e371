using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class PlaceholderValuesTests
{
    [Fact]
    public void A_model_that_says_little_has_few_values() =>
        PlaceholderValues.Of("m", new ModelConfig { Engine = "e" }, path => path).ShouldBe(new Dictionary<string, string> { ["id"] = "m", ["type"] = "chat" }, ignoreOrder: true);

    [Fact]
    public void Paths_are_made_absolute_and_taken_apart()
    {
        var values = PlaceholderValues.Of("m", new ModelConfig { Engine = "e", Path = "weights/big/", Mmproj = "eyes.gguf" }, path => $"/conf/{path}");
        (values["path"], values["name"], values["mmproj"]).ShouldBe(("/conf/weights/big/", "big", "/conf/eyes.gguf"));
    }

    [Fact]
    public void Numbers_words_and_flags_are_written_as_engines_read_them()
    {
        var values = PlaceholderValues.Of("m", new ModelConfig { Engine = "e", Temp = 0.5, ContextLength = 4096, KvUnified = true, FlashAttn = Switch.Off, Type = ModelType.ImageEdit }, path => path);
        (values["temp"], values["context_length"], values["kv_unified"], values["flash_attn"], values["type"]).ShouldBe(("0.5", "4096", "true", "off", "image_edit"));
    }

    [Fact]
    public void Fields_of_a_template_are_one_JSON_object()
    {
        var model = new ModelConfig { Engine = "e", ChatTemplateKwargs = new JsonFields([KeyValuePair.Create("enable_thinking", "false"), KeyValuePair.Create("a\"b", "[1]")]) };
        PlaceholderValues.Of("m", model, path => path)["chat_template_kwargs"].ShouldBe("""{"enable_thinking":false,"a\u0022b":[1]}""");
    }

    [Fact]
    public void Every_name_is_a_placeholder() => PlaceholderValues.Names.Select(name => $"{{{name}}}").ShouldBeSubsetOf(Placeholders.Known);
}
