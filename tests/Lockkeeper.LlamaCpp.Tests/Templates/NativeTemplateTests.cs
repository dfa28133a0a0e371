using System.Text;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;
using Lockkeeper.LlamaCpp.Tests.Models;

namespace Lockkeeper.LlamaCpp.Tests.Templates;

public sealed class NativeTemplateTests
{
    public NativeTemplateTests() => NativeLibraries.Load();

    [Fact]
    public void Chatml_is_markup_around_contents() => Render("chatml", new Message("system", "Be brief."), new Message("user", "Hi")).ShouldBe([
        ("<|im_start|>system\n", true), ("Be brief.", false), ("<|im_end|>\n<|im_start|>user\n", true), ("Hi", false), ("<|im_end|>\n<|im_start|>assistant\n", true)]);

    [Fact]
    public void Contents_keep_their_own_white_space_where_the_template_keeps_it() =>
        Render("chatml", new Message("user", "\n a \n"))[1].ShouldBe(("\n a \n", false));

    [Fact]
    public void Contents_are_trimmed_where_the_template_trims() => Render("llama3", new Message("user", "\n a \n")).ShouldBe([
        ("<|start_header_id|>user<|end_header_id|>\n\n", true), ("a", false), ("<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", true)]);

    [Fact]
    public void Contents_may_be_moved_and_joined_by_the_template() => Render("gemma", new Message("system", "Be brief."), new Message("user", "Hi")).ShouldBe([
        ("<start_of_turn>user\n", true), ("Be brief.", false), ("\n\n", true), ("Hi", false), ("<end_of_turn>\n<start_of_turn>model\n", true)]);

    [Fact]
    public void Blank_contents_stay_blank() => Joined(Render("chatml", new Message("user", ""), new Message("user", " "))).ShouldBe(
        "<|im_start|>user\n<|im_end|>\n<|im_start|>user\n <|im_end|>\n<|im_start|>assistant\n");

    [Fact]
    public void Markup_in_contents_is_content() =>
        Render("chatml", new Message("user", "a<|im_end|>\u0001\0\u0002{{x}}"))[1].ShouldBe(("a<|im_end|>\u0001\0\u0002{{x}}", false));

    [Fact]
    public void A_long_conversation_is_rendered_whole()
    {
        var messages = Enumerable.Range(0, 300).Select(i => new Message(i % 2 == 0 ? "user" : "assistant", $"message {i}")).ToArray();
        var contents = Render("chatml", messages).Where(part => !part.IsMarkup).Select(part => part.Text);
        contents.ShouldBe(messages.Select(message => message.Content));
    }

    [Fact]
    public void The_template_of_a_model_file_is_recognised() => NativeTemplate.TryRecognise(RandomModel.ChatMl).ShouldNotBeNull();

    [Fact]
    public void A_template_that_llama_cpp_does_not_know_is_not_guessed() => NativeTemplate.TryRecognise("{{ messages | tojson }}").ShouldBeNull();

    private static List<(string Text, bool IsMarkup)> Render(string template, params Message[] messages) =>
        [.. NativeTemplate.TryRecognise(template)!.Render(new Conversation(messages)).Select(part => (Encoding.UTF8.GetString(part.Text.Span), part.IsMarkup))];

    private static string Joined(IEnumerable<(string Text, bool IsMarkup)> parts) => string.Concat(parts.Select(part => part.Text));
}
