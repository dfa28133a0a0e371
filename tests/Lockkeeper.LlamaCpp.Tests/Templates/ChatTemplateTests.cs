using System.Text;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;
using Lockkeeper.LlamaCpp.Tests.Models;

namespace Lockkeeper.LlamaCpp.Tests.Templates;

public sealed class ChatTemplateTests
{
    private static readonly Conversation Talk = new([new Message("system", "S"), new Message("user", "U"), new Message("assistant", "A"), new Message("user", "V")]);

    public ChatTemplateTests() => NativeLibraries.Load();

    [Fact]
    public void The_names_are_those_that_the_command_line_tells() => string.Join(", ", ChatTemplate.Names).ShouldBe(EngineOptions.ChatTemplates);

    [Theory]
    [InlineData("llama3", "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nV<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("qwen", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("deepseek", "S\n\n<｜User｜>U<｜Assistant｜>A<｜end▁of▁sentence｜><｜User｜>V<｜Assistant｜>")]
    [InlineData("phi4", "<|im_start|>system<|im_sep|>S<|im_end|><|im_start|>user<|im_sep|>U<|im_end|><|im_start|>assistant<|im_sep|>A<|im_end|><|im_start|>user<|im_sep|>V<|im_end|><|im_start|>assistant<|im_sep|>")]
    [InlineData("generic", "System: S\n\nUser: U\n\nAssistant: A\n\nUser: V\n\nAssistant:")]
    public void Each_name_is_a_format(string name, string expected) => Render(ChatTemplate.TryNamed(name)!).ShouldBe(expected);

    [Fact]
    public void Gpt_oss_reads_a_clients_system_message_as_the_developers() => Render(ChatTemplate.TryNamed("gpt-oss")!).ShouldEndWith(
        "<|end|><|start|>developer<|message|># Instructions\n\nS\n\n<|end|><|start|>user<|message|>U<|end|><|start|>assistant<|channel|>final<|message|>A<|end|>"
        + "<|start|>user<|message|>V<|end|><|start|>assistant");

    [Fact]
    public void Another_name_is_none() => ChatTemplate.TryNamed("jinja").ShouldBeNull();

    [Fact]
    public void A_template_is_recognised_by_what_is_in_it()
    {
        ChatTemplate.TryRecognise(RandomModel.ChatMl).ShouldBeOfType<ChatMlTemplate>();
        ChatTemplate.TryRecognise("{{ '<|start|>' + role + '<|channel|>final' }}").ShouldBeOfType<HarmonyTemplate>();
        ChatTemplate.TryRecognise("{{ '<|start_header_id|>' + role + '<|end_header_id|>' }}").ShouldBeOfType<NativeTemplate>();
        ChatTemplate.TryRecognise("{{ '<|im_start|>' + role + '<|im_sep|>' }}").ShouldBeOfType<NativeTemplate>("its markup differs from ChatML's");
        ChatTemplate.TryRecognise("{{ messages | tojson }}").ShouldBeNull();
    }

    [Fact]
    public void A_script_ends_where_the_user_would_speak() => ChatTemplate.TryNamed("generic")!.Stops.Select(Encoding.UTF8.GetString).ShouldBe(["\nUser:"]);

    private static string Render(ChatTemplate template) => string.Concat(template.Render(Talk).Select(part => Encoding.UTF8.GetString(part.Text.Span)));
}
