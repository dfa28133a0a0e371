using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class EngineCommandTests
{
    [Fact]
    public void Placeholders_are_filled_in_and_other_braces_stay()
    {
        var model = Yard.Told(Yard.Of("/bin/sh", "--m={path}", "{port}", "{id}:{context_length}", "{\"a\": 1}", "{{role}}", "}", ""), ("path", "/m x"), ("context_length", "8"));
        EngineCommand.TryResolve(model, 4000, out var command, out _).ShouldBeTrue();
        command.Executable.ShouldBe("/bin/sh");
        command.Arguments.ShouldBe(["--m=/m x", "4000", "fake:8", "{\"a\": 1}", "{{role}}", "}", ""]);
    }

    [Theory]
    [InlineData("{path}", "the command uses {path}, but the model has no path")]
    [InlineData("{context_length}", "the command uses {context_length}, but the model has no context_length")]
    [InlineData("{modle}", "the command uses {modle}, but the model has no modle")]
    public void What_cannot_be_filled_in_is_named(string argument, string problem) => Problem(Yard.Of("/bin/sh", argument)).ShouldBe(problem);

    [Fact]
    public void A_bare_name_is_looked_up_on_the_engine_s_own_PATH()
    {
        var model = Yard.WithVariables(Yard.Of("sh"), ("PATH", "/nowhere:/bin"));
        EngineCommand.TryResolve(model, 4000, out var command, out _).ShouldBeTrue();
        command.Executable.ShouldBe("/bin/sh");
        Problem(Yard.WithVariables(Yard.Of("sh"), ("PATH", "/nowhere:/none"))).ShouldBe("executable 'sh' not found (looked in /nowhere, /none)");
    }

    [Fact]
    public void A_relative_name_starts_at_the_engine_s_folder()
    {
        var model = Yard.With(Yard.Of("bin/sh"), engine => engine with { WorkingDirectory = "/" });
        EngineCommand.TryResolve(model, 4000, out var command, out _).ShouldBeTrue();
        command.Executable.ShouldBe("/bin/sh");
        command.Folder.ShouldBe("/");
    }

    [Fact]
    public void What_is_there_but_not_executable_is_said_to_be_so() => Problem(Yard.Of("/etc/passwd")).ShouldBe("'/etc/passwd' is not executable");

    [Fact]
    public void A_folder_is_no_executable() => Problem(Yard.Of("/etc")).ShouldBe("executable '/etc' not found (looked in /)");

    [Fact]
    public void A_missing_folder_is_named() => Problem(Yard.With(Yard.Of("/bin/sh"), engine => engine with { WorkingDirectory = "/no/such" }))
        .ShouldBe("the engine's working folder '/no/such' does not exist");

    [Fact]
    public void A_folder_as_the_path_of_a_GGUF_model_stands_for_the_first_model_in_it()
    {
        using var folder = new TemporaryFolder("mmproj-f16.gguf", "model-00001-of-00002.gguf", "model-00002-of-00002.gguf", "zoo.gguf");
        var gguf = Yard.With(Yard.Told(Yard.Of("/bin/sh", "{path}"), ("path", folder.Path)), engine => engine with { Loads = [ModelFormat.Gguf] }) with { Path = folder.Path };
        Arguments(gguf).ShouldBe([Path.Combine(folder.Path, "model-00001-of-00002.gguf")]);
        Arguments(Yard.With(gguf, engine => engine with { Loads = [ModelFormat.Safetensors, ModelFormat.Gguf] })).ShouldBe([folder.Path]);

        using var empty = new TemporaryFolder("mmproj-f16.gguf");
        Problem(Yard.Told(gguf, ("path", empty.Path)) with { Path = empty.Path }).ShouldBe($"its folder '{empty.Path}' holds no GGUF model");
    }

    [Fact]
    public void Without_its_program_the_fallback_is_started_and_with_it_never()
    {
        var fallback = new EngineFallback { Preset = "other", Without = "most things", Command = ["/bin/sh", "{port}"] };
        var model = Yard.With(Yard.WithVariables(Yard.Of("no-such-program"), ("PATH", "/bin")), engine => engine with { Fallback = fallback });
        EngineCommand.TryResolve(model, 4000, out var command, out var problem).ShouldBeTrue();
        (command.Executable, command.Fallback, problem).ShouldBe(("/bin/sh", fallback, null));
        command.Arguments.ShouldBe(["4000"]);

        var installed = Yard.With(model, engine => engine with { Command = ["true"] });
        EngineCommand.TryResolve(installed, 4000, out command, out _).ShouldBeTrue();
        (command.Executable, command.Fallback).ShouldBe(("/bin/true", null));

        Problem(Yard.With(model, engine => engine with { Fallback = null })).ShouldBe("executable 'no-such-program' not found (looked in /bin)");
        Problem(Yard.With(model, engine => engine with { Command = ["true", "{path}"] })).ShouldBe("the command uses {path}, but the model has no path");
    }

    [Fact]
    public void A_folder_of_the_engine_s_own_is_named_where_the_command_holds_it()
    {
        EngineCommand.TryResolve(Yard.Told(Yard.Of("/bin/sh", "--base={scratch}"), ("scratch", "/state/e")), 4000, out var command, out _).ShouldBeTrue();
        (command.Scratch, command.Arguments[0]).ShouldBe(("/state/e", "--base=/state/e"));
        EngineCommand.TryResolve(Yard.Told(Yard.Of("/bin/sh"), ("scratch", "/state/e")), 4000, out command, out _).ShouldBeTrue();
        command.Scratch.ShouldBeNull();
    }

    private static ImmutableArray<string> Arguments(ModelSpec model)
    {
        EngineCommand.TryResolve(model, 4000, out var command, out var problem).ShouldBeTrue(problem);
        return command.Arguments;
    }

    private static string? Problem(ModelSpec model)
    {
        EngineCommand.TryResolve(model, 4000, out _, out var problem).ShouldBeFalse();
        return problem;
    }
}
