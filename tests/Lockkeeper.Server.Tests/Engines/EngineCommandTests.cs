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
        var model = Yard.Of("/bin/sh", "--m={path}", "{port}", "{id}:{context_length}", "{\"a\": 1}", "{{role}}", "}", "");
        model = model with { Values = model.Values.Add("path", "/m x").Add("context_length", "8") };
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

    private static string? Problem(ModelSpec model)
    {
        EngineCommand.TryResolve(model, 4000, out _, out var problem).ShouldBeFalse();
        return problem;
    }
}
