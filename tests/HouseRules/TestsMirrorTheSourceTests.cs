using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>The tests of a file are where one looks for them: same folder, same name. What concerns a folder as a whole bears the folder's name; stories that span folders live in a Scenarios folder.</summary>
public sealed class TestsMirrorTheSourceTests
{
    private static readonly (string Tests, string Source)[] Mirrors =
    [
        ("tests/Lockkeeper.Core.Tests", "src/Lockkeeper.Core"),
        ("tests/Lockkeeper.Server.Tests", "src/Lockkeeper.Server"),
        ("tests/Lockkeeper.LlamaCpp.Tests", "src/Lockkeeper.LlamaCpp"),
    ];

    [Fact]
    public void Every_test_file_mirrors_a_source_file_or_tells_a_story()
    {
        var source = Repository.CSharp.Select(file => file.Path).ToList();
        Repository.CSharp.SelectMany(file => Check(file, source)).ShouldBeNone();
    }

    [Theory]
    [InlineData("tests/Lockkeeper.Core.Tests/Wire/SchedulerTests.cs", 1)]
    [InlineData("tests/Lockkeeper.Core.Tests/Scheduling/GoneTests.cs", 1)]
    [InlineData("tests/Lockkeeper.Core.Tests/SchedulerTests.cs", 1)]
    [InlineData("tests/Lockkeeper.Core.Tests/Scheduling/SchedulerTests.cs", 0)]
    [InlineData("tests/Lockkeeper.Core.Tests/Scheduling/SchedulerPromisesTests.cs", 0)]
    [InlineData("tests/Lockkeeper.Core.Tests/Scheduling/SchedulingFuzzTests.cs", 0)]
    [InlineData("tests/Lockkeeper.Core.Tests/Scheduling/Scenarios/AnythingTests.cs", 0)]
    [InlineData("tests/Lockkeeper.EndToEnd.Tests/AnythingTests.cs", 0)]
    [InlineData("tests/Lockkeeper.Core.Tests/Scheduling/RandomTraffic.cs", 0)]
    public void A_test_that_mirrors_nothing_is_seen(string path, int breaches) =>
        Check(new SourceFile(path, ""), ["src/Lockkeeper.Core/Scheduling/Scheduler.cs"]).Count().ShouldBe(breaches);

    internal static IEnumerable<Breach> Check(SourceFile file, IReadOnlyList<string> source)
    {
        var mirror = Mirrors.FirstOrDefault(mirror => file.Path.StartsWith(mirror.Tests + "/", StringComparison.Ordinal));
        if (mirror == default || !file.Name.EndsWith("Tests.cs", StringComparison.Ordinal) || file.Folder.Split('/').Contains("Scenarios"))
        {
            return [];
        }

        var folder = mirror.Source + file.Folder[mirror.Tests.Length..] + "/";
        var subjects = source
            .Where(path => path.StartsWith(folder, StringComparison.Ordinal) && !path[folder.Length..].Contains('/'))
            .Select(path => path[folder.Length..].Split('.')[0])
            .Append(folder.Split('/')[^2]);
        return subjects.Any(subject => file.Name.StartsWith(subject, StringComparison.Ordinal)) ? [] : [file.At(1, $"mirrors no file in {folder}")];
    }
}
