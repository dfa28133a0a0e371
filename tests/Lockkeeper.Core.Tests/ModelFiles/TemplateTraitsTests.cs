using Lockkeeper.Core.ModelFiles;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class TemplateTraitsTests
{
    [Theory]
    [InlineData("<|start_header_id|>user", "llama3")]
    [InlineData("<|im_start|>user", "chatml")]
    [InlineData("<|im_start|>user<|im_sep|>", "phi4")]
    [InlineData("<｜User｜>", "deepseek")]
    [InlineData("<|start|>assistant<|channel|>final", "gpt-oss")]
    [InlineData("<start_of_turn>user", "gemma")]
    [InlineData("[INST] x [/INST]", "mistral")]
    [InlineData("### User:", "generic")]
    public void The_family_is_seen_in_its_marks(string template, string name) => TemplateTraits.Of(template).Name.ShouldBe(name);

    [Theory]
    [InlineData("{%- if tools %}", true)]
    [InlineData("{{ tools | tojson }}", true)]
    [InlineData("{% if x %}{{ y }}{% for t in tools %}", true)]
    [InlineData("You have no tools.", false)]
    [InlineData("{{ 'tools' }}", false)]
    [InlineData("{% if builtin_tools %}", false)]
    [InlineData("{% if x", false)]
    [InlineData("{% if tools", true)]
    [InlineData("{", false)]
    public void Tools_count_where_the_template_asks_for_them(string template, bool has) => TemplateTraits.Of(template).Tools.ShouldBe(has);

    [Theory]
    [InlineData("{{ '<think>' }}", true)]
    [InlineData("{% if enable_thinking is defined %}", true)]
    [InlineData("thinking", false)]
    public void Reasoning_is_seen(string template, bool thinks) => TemplateTraits.Of(template).Thinking.ShouldBe(thinks);
}
