using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;
using Lockkeeper.LlamaCpp.Tests.Models;
using Lockkeeper.Testing;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

public sealed class LoadedModelTests
{
    [Theory]
    [InlineData(24)]
    [InlineData(200)]
    [InlineData(30_000)]
    [InlineData(600_000)]
    [InlineData(1_168_000)]
    public void A_download_that_broke_off_is_refused_wherever_it_did(int length)
    {
        var message = Refusal(File.ReadAllBytes(Repository.DemoGuide)[..length]);
        message.ShouldStartWith("llama.cpp cannot load ");
        message.Length.ShouldBeGreaterThan("llama.cpp cannot load ".Length + 80, "it says why");
    }

    [Theory]
    [InlineData(8, "the number of tensors")]
    [InlineData(16, "the number of keys")]
    [InlineData(24, "the length of the first key")]
    public void A_header_that_promises_the_impossible_is_refused(int at, string what)
    {
        var bytes = File.ReadAllBytes(Repository.DemoGuide);
        bytes.AsSpan(at, 8).Fill(0x7F);
        Refusal(bytes).ShouldStartWith("llama.cpp cannot load ", Case.Sensitive, what);
    }

    [Fact]
    public void A_template_that_llama_cpp_does_not_know_is_refused_by_name_and_first_words()
    {
        using var file = RandomModel.Write(seed: 1, template: "{% for m in messages %}\n  «{{ m.role }}»  {{ m.content }}{% endfor %} and much more that nobody wants to read here");
        var message = Should.Throw<EngineLoadException>(() => Open(file.Path)).Message;
        message.ShouldContain(file.Path);
        message.ShouldContain("It begins: {% for m in messages %} «{{ m.role }}» {{ m.content }}");
        message.ShouldNotContain("nobody");
    }

    [Fact]
    public void A_model_without_a_template_is_loaded_without_one_or_with_the_one_that_is_named()
    {
        using var file = RandomModel.Write(seed: 1, template: null);
        Template(file.Path, null).ShouldBeNull();
        Template(file.Path, "generic").ShouldBeOfType<PlainTemplate>();
    }

    [Fact]
    public void A_named_template_takes_the_place_of_the_models_own()
    {
        Template(Repository.DemoGuide, null).ShouldBeOfType<ChatMlTemplate>();
        Template(Repository.DemoGuide, "gpt-oss").ShouldBeOfType<HarmonyTemplate>();
        Should.Throw<EngineLoadException>(() => Template(Repository.DemoGuide, "jinja")).Message.ShouldContain("llama3, qwen, chatml, deepseek, phi4, gpt-oss, generic");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(2_000_000_000)]
    public void A_context_that_no_machine_has_is_refused_before_it_is_tried(int size)
    {
        var message = Should.Throw<EngineLoadException>(() => Open(Repository.DemoGuide, size)).Message;
        message.ShouldContain($"A context of {size} tokens is not possible");
        message.ShouldContain("--ctx-size");
    }

    [Fact]
    public void So_is_a_file_that_claims_one()
    {
        using var file = RandomModel.Write(seed: 1, context: 2_000_000_000);
        Should.Throw<EngineLoadException>(() => Open(file.Path)).Message.ShouldContain("--ctx-size");
        Should.NotThrow(() => Open(file.Path, 512));
    }

    [Fact]
    public void Loading_stops_when_told_to()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        using var signal = new StopSignal { Token = stopped.Token };
        Should.Throw<OperationCanceledException>(() => LoadedModel.Open(Options(Repository.DemoGuide, null), signal));
    }

    private static string Refusal(byte[] bytes)
    {
        var path = Path.Combine(Path.GetTempPath(), $"lockkeeper-hostile-{Guid.NewGuid():N}.gguf");
        File.WriteAllBytes(path, bytes);
        try
        {
            return Should.Throw<EngineLoadException>(() => Open(path)).Message;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Open(string path, int? contextSize = null)
    {
        using var signal = new StopSignal { Token = CancellationToken.None };
        using var model = LoadedModel.Open(Options(path, contextSize), signal);
    }

    private static ChatTemplate? Template(string path, string? name)
    {
        using var signal = new StopSignal { Token = CancellationToken.None };
        using var model = LoadedModel.Open(Options(path, 256) with { ChatTemplate = name }, signal);
        return model.Template;
    }

    private static EngineOptions Options(string path, int? contextSize) => new() { ModelPath = path, Port = 0, ContextSize = contextSize };
}
