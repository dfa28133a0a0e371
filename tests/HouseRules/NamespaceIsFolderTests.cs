using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>A folder is a concept, and its name is the namespace: whoever knows one knows the other.</summary>
public sealed class NamespaceIsFolderTests
{
    [Fact]
    public void Every_namespace_is_its_folder() => Repository.CSharp.SelectMany(file => Check(file, RootOf(file))).ShouldBeNone();

    [Theory]
    [InlineData("src/Lockkeeper.Core/Wire/A.cs", "namespace Lockkeeper.Core.Scheduling;")]
    [InlineData("src/Lockkeeper.Core/Wire/A.cs", "namespace Lockkeeper.Core.Wire { }")]
    [InlineData("src/Lockkeeper.Core/Wire/A.cs", "internal sealed class A;")]
    [InlineData("src/Lockkeeper.Core/A.cs", "namespace Lockkeeper.Core.Wire;")]
    public void A_wrong_namespace_is_seen(string path, string text) => Check(new SourceFile(path, text), ("src/Lockkeeper.Core", "Lockkeeper.Core")).ShouldHaveSingleItem();

    [Theory]
    [InlineData("src/Lockkeeper.Core/Wire/A.cs", "namespace Lockkeeper.Core.Wire; internal sealed class A;")]
    [InlineData("src/Lockkeeper.Core/A.cs", "namespace Lockkeeper.Core;")]
    [InlineData("src/Lockkeeper.Core/Program.cs", "return 0;")]
    [InlineData("src/Lockkeeper.Core/Assembly.cs", "[assembly: System.CLSCompliant(false)]")]
    public void A_right_one_passes(string path, string text) => Check(new SourceFile(path, text), ("src/Lockkeeper.Core", "Lockkeeper.Core")).ShouldBeEmpty();

    internal static IEnumerable<Breach> Check(SourceFile file, (string Folder, string Namespace) root)
    {
        var expected = root.Namespace + file.Folder[root.Folder.Length..].Replace('/', '.');
        var members = ((CompilationUnitSyntax)file.Root).Members;
        foreach (var member in members.Where(member => member is not GlobalStatementSyntax))
        {
            if (member is not FileScopedNamespaceDeclarationSyntax declared || declared.Name.ToString() != expected)
            {
                yield return file.At(member, $"expected \"namespace {expected};\"");
            }
        }
    }

    /// <summary>The project a file belongs to, and the namespace it starts from.</summary>
    private static (string Folder, string Namespace) RootOf(SourceFile file)
    {
        var project = Repository.Projects.Single(project => file.Path.StartsWith(project.Folder + "/", StringComparison.Ordinal));
        var configured = System.Xml.Linq.XDocument.Parse(project.Text).Descendants("RootNamespace").SingleOrDefault()?.Value;
        return (project.Folder, configured ?? Path.GetFileNameWithoutExtension(project.Name));
    }
}
