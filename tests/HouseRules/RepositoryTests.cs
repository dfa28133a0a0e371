using Microsoft.CodeAnalysis;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>A rule that reads no file breaks nothing: these make sure that the rules have something to read.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public void The_files_of_the_repository_are_found()
    {
        Repository.Files.ShouldContain(file => file.Path == "Lockkeeper.slnx");
        Repository.Files.ShouldContain(file => file.Path == ".editorconfig");
        Repository.Files.ShouldContain(file => file.Path == ".ci/run");
        Repository.CSharp.ShouldContain(file => file.Path == "src/Lockkeeper.Core/Wire/RouterError.cs");
        Repository.CSharp.ShouldContain(file => file.Path == "tests/HouseRules/RepositoryTests.cs");
        Repository.Docs.ShouldContain(file => file.Path == "AGENTS.md");
    }

    [Fact]
    public void What_a_build_leaves_behind_is_not_read() =>
        Repository.Files.ShouldNotContain(file => file.Path.StartsWith("artifacts/") || file.Path.Contains("node_modules/"));

    [Fact]
    public void The_parser_knows_the_language_version_we_write() => Repository.CSharp
        .SelectMany(file => file.Root.GetDiagnostics()
            .Where(problem => problem.Severity == DiagnosticSeverity.Error)
            .Select(problem => file.At(problem.Location.GetLineSpan().StartLinePosition.Line + 1, problem.GetMessage(null))))
        .ShouldBeNone();

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.File("Lockkeeper.slnx").Text;
        Repository.Projects.Where(project => !solution.Contains($"\"{project.Path}\"")).Select(project => project.At(1, "is not in Lockkeeper.slnx")).ShouldBeNone();
    }
}
