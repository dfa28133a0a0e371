using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Tests.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Presets.Scenarios;

/// <summary>What each preset would run, word for word, for a model of each kind it serves, from the configuration on.</summary>
public sealed class CommandLineTests
{
    private const string Folder = "tests/Lockkeeper.Server.Tests/Engines/Presets/Golden";
    private const string Port = "21000";

    private static readonly ModelType[] Kinds = [ModelType.Chat, ModelType.Embedding, ModelType.Rerank, ModelType.Transcription, ModelType.Image, ModelType.ImageEdit];

    /// <summary>Every key that goes to a command line.</summary>
    private const string EveryField =
        "context_length: 32768, max_concurrency: 3, memory: 20GB, mmproj: /models/mmproj.gguf, gpu_layers: 40, threads: 8, temp: 0.7, top_p: 0.9, top_k: 20, min_p: 0.05, " +
        "kv_unified: false, cache_type_k: q8_0, cache_type_v: q4_0, flash_attn: auto, fit: 'off', chat_template: chatml, chat_template_file: /models/t.jinja, " +
        "chat_template_kwargs: { enable_thinking: false }, enable_auto_tool_choice: true, tool_call_parser: qwen3_coder, reasoning_parser: qwen3, config_name: flux-dev, args: [--more, \"{id}\"]";

    public static TheoryData<string> Names { get; } = [.. KnownPresets.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_words_are_those_of_the_golden_file(string name)
    {
        var preset = KnownPresets.All[name];
        var text = new StringBuilder();
        foreach (var kind in Kinds.Where(kind => preset.Engine.Capabilities?.Contains(Enum.Parse<Capability>(kind.ToString())) ?? kind == ModelType.Chat))
        {
            Show(text, Word.Of(kind), name, $"type: {Word.Of(kind)}");
        }

        if (preset.Engine.Lifecycle == Lifecycle.Process)
        {
            Show(text, "chat with every field", name, EveryField);
        }

        if (preset.Arguments.Any(group => group.When.Sleep == true))
        {
            Show(text, "chat that sleeps", name, "type: chat", ", sleep: true");
        }

        if (preset.Arguments.Any(group => group.When.Can.Contains(Capability.Vision)))
        {
            Show(text, "chat with vision", name, "capabilities: [chat, vision]");
        }

        GoldenText.ShouldBeGolden($"{Folder}/{name}.txt", text.ToString());
    }

    [Theory]
    [InlineData("kv_unified: true", "--kv-unified")]
    [InlineData("kv_unified: true, max_concurrency: 2", "--kv-unified")]
    [InlineData("max_concurrency: 2", "--kv-unified")]
    [InlineData("kv_unified: false, max_concurrency: 2", "")]
    [InlineData("flash_attn: 'on'", "--flash-attn on")]
    [InlineData("flash_attn: auto", "--flash-attn auto")]
    [InlineData("fit: 'on'", "--fit on", false)]
    [InlineData("fit: 'on', gpu_layers: 9", "--n-gpu-layers 9 --fit on", false)]
    [InlineData("fit: auto", "")]
    [InlineData("type: embedding, chat_template: chatml, temp: 1, chat_template_kwargs: { a: 1 }", "--embedding", true, false)]
    public void Each_field_of_llama_cpp_means_what_it_says(string fields, string added, bool allLayers = true, bool jinja = true)
    {
        var words = string.Join(' ', Words(Model("llama.cpp", fields).Engine.Command, Model("llama.cpp", fields)));
        words.ShouldContain($" --parallel {(fields.Contains("max_concurrency: 2", StringComparison.Ordinal) ? 2 : 1)} --metrics --slots ");
        var rest = words[(words.IndexOf("--slots", StringComparison.Ordinal) + "--slots".Length)..].Trim();
        rest.ShouldBe(string.Join(' ', new[] { allLayers ? "--n-gpu-layers 999" : "", jinja ? "--jinja" : "", added }.Where(part => part.Length > 0))
            .Replace("--jinja --n-gpu-layers 9", "--n-gpu-layers 9 --jinja", StringComparison.Ordinal));
    }

    private static void Show(StringBuilder text, string title, string preset, string fields, string engine = "")
    {
        var model = Model(preset, fields, engine);
        text.Append("== ").Append(title).Append('\n');
        if (model.Engine.Url is { } url)
        {
            text.Append("at ").Append(url.GetLeftPart(UriPartial.Authority)).Append('\n');
        }

        foreach (var (name, value) in model.Engine.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        foreach (var word in Words(model.Engine.Command, model))
        {
            text.Append(word).Append('\n');
        }

        foreach (var (what, call) in new[] { ("load", model.Engine.Load), ("unload", model.Engine.Unload) }.Where(call => call.Item2 is not null))
        {
            text.Append($"{what} {call!.Method ?? "POST"} {call.Path} {{{string.Join(',', (call.Body ?? JsonFields.None).Select(field => $"\"{field.Key}\":{field.Value}"))}}}\n");
        }

        text.Append("asked as ").Append(model.AskedAs).Append("\n\n");
    }

    private static IEnumerable<string> Words(IEnumerable<string> command, ModelSpec model) =>
        command.Select(word => Placeholders.Fill(word, placeholder => placeholder == Placeholders.Port ? Port : model.Values[Placeholders.NameOf(placeholder)]));

    private static ModelSpec Model(string preset, string fields, string engine = "")
    {
        var url = preset == "openai-compatible" ? ", url: 'http://127.0.0.1:8000'" : "";
        var draft = ConfigText.Read("f", $"state_file: /state/state.json\nengines: {{ e: {{ preset: {preset}{url}{engine} }} }}\nmodels:\n  demo: {{ engine: e, path: /models/demo, {fields} }}", KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        return CatalogBuilder.Build(draft.Config, new ConfigFolder("/conf", "/home"), KnownPresets.All).Find("demo")!;
    }
}
