using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Import;
using Lockkeeper.Server.Tests.Config;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Import;

/// <summary>Each example holds all documented keys of its program. What becomes of it is in the files beside it: <c>UPDATE_GOLDEN=1</c> writes them anew, and the difference is what a reviewer reads.</summary>
public sealed class ImporterTests
{
    private static readonly string Golden = Path.Combine(Repository.Root, "tests", "Lockkeeper.Server.Tests", "Import", "Golden");

    private static readonly Dictionary<string, string> Variables = new() { ["SWAP_KEY"] = "k", ["PEER_KEY"] = "p", ["HOME"] = "/home/me" };

    /// <summary>Those that the imported files name, wherever this version has them.</summary>
    internal static IReadOnlyDictionary<string, EnginePreset> Presets { get; } = KnownPresets.All
        .Concat(new[] { "llama.cpp", "mlx-openai-server", "mlx-lm", "mlx-vlm" }.Where(name => !KnownPresets.All.ContainsKey(name))
            .Select(name => KeyValuePair.Create(name, new EnginePreset { Name = name, Engine = new EngineConfig { Command = ["run", "{port}"] } })))
        .ToDictionary();

    [Fact]
    public void What_a_hostile_file_calls_its_models_stays_on_one_line()
    {
        var report = Importer.Read("models: { \"x\\e[31m\\ny\": { cmd: '' }, b: { cmd: 'x --port ${PORT}' } }", ImportFormat.LlamaSwap, Variables.GetValueOrDefault);
        report.Lost.Select(lost => lost.ToString()).ShouldContain("models.x\\u001b[31m\\u000ay: has no cmd");
    }

    [Theory]
    [InlineData("LlamaSwap", "models: { a: { cmd: 'x --name {foo}' }, b: { cmd: 'x --port ${PORT}' } }", "models.a.cmd")]
    [InlineData("LocalEngineRouter", "engines: { f: { type: generic_process, base_url: 'http://127.0.0.1:1', start_cmd: 'x --name {foo}' }, e: { type: ollama, base_url: 'http://127.0.0.1:2' } }\nmodels: [{ id: a, engine: f }, { id: b, engine: e }]", "engines.f.start_cmd")]
    public void A_command_that_would_mean_something_else_here_is_left_out_and_the_rest_is_taken_over(string format, string text, string place)
    {
        var report = Importer.Read(text, Enum.Parse<ImportFormat>(format), Variables.GetValueOrDefault);
        report.Lost.Select(lost => lost.ToString()).ShouldContain($"{place}: holds {{foo}}, which Lockkeeper takes for a placeholder");
        report.Config.Models.Keys.ShouldBe(["b"]);
        ConfigText.Read("f", Importer.Write(report), Presets).Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("slm-server.yaml", "SlmServer")]
    [InlineData("local-engine-router.yaml", "LocalEngineRouter")]
    [InlineData("mlx-router.json", "MlxRouter")]
    [InlineData("llama-swap.yaml", "LlamaSwap")]
    [InlineData("llama-swap-matrix.yaml", "LlamaSwap")]
    public void An_example_is_recognised_and_taken_over(string file, string format)
    {
        var report = Importer.Read(File.ReadAllText(Path.Combine(Golden, file)), null, Variables.GetValueOrDefault);
        report.Format.ToString().ShouldBe(format);
        var text = Importer.Write(report);
        ConfigText.Read("f", text, Presets).Problems.Select(problem => problem.ToString()).ShouldBeEmpty(text);
        ShouldBeGolden(Path.GetFileNameWithoutExtension(file) + ".lockkeeper.yaml", text);
        ShouldBeGolden(Path.GetFileNameWithoutExtension(file) + ".lost.txt", string.Concat(report.Lost.Select(lost => $"{lost}\n")));
    }

    [Theory]
    [InlineData("hello", "is no configuration: it is made of no 'key: value' lines")]
    [InlineData("a: b", "is of no format that is known; name one with --format: sluice, slm-server, local-engine-router, mlx-router, llama-swap")]
    [InlineData("{\"a\": }", "is not valid JSON: ")]
    [InlineData("models: { a: { cmd: x", "line 2 is not valid YAML: ")]
    [InlineData("models: { a: { cmd: '${nope}' } }", "the macro ${nope} is used and not declared")]
    [InlineData("models: { a: { cmd: '${env.NOPE}' } }", "the environment variable NOPE, which ${env.NOPE} names, is not set")]
    [InlineData("models: { a: { cmd: 'x \"y' } }", "the command 'x \"y' opens a quote that it does not close")]
    [InlineData("models: { a: { backend: mlx } }", "no model could be taken over, so there would be nothing to serve")]
    public void What_cannot_be_taken_over_says_why(string text, string why) =>
        Should.Throw<ImportRefusedException>(() => Importer.Read(text, null, Variables.GetValueOrDefault)).Message.ShouldStartWith(why);

    [Fact]
    public void A_hostile_name_stays_a_name()
    {
        var report = Importer.Read("models: { \"a: {b}\\\" #\": { cmd: \"run --port ${PORT} 'x: y' #z\", aliases: [\"- c\"] } }", null, Variables.GetValueOrDefault);
        var draft = ConfigText.Read("f", Importer.Write(report), Presets);
        draft.Problems.ShouldBeEmpty();
        draft.Config.Models.Keys.ShouldBe(["a: {b}\" #"]);
        draft.Config.Models["a: {b}\" #"].Aliases.ShouldBe(["- c"]);
        draft.Config.Engines["a: {b}\" #"].Command.ShouldBe(["run", "--port", "{port}", "x: y"]);
    }

    internal static void ShouldBeGolden(string name, string text)
    {
        var file = Path.Combine(Golden, name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text);
        }

        text.ShouldBe(File.ReadAllText(file));
    }
}
