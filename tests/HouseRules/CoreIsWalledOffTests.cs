using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>Lockkeeper.Core decides: it refers to nothing but the base class library and does no I/O, so it runs the same in tests, in a simulation and in production.</summary>
public sealed partial class CoreIsWalledOffTests
{
    private static readonly string[] ForbiddenNamespaces = ["System.Net", "System.IO", "System.Diagnostics.Process", "System.Runtime.InteropServices", "System.Threading.Channels", "Microsoft"];

    /// <summary>Types of forbidden namespaces that only compute, and what the compiler itself emits.</summary>
    private static readonly string[] Harmless = ["System.IO.Path", "System.Net.IPAddress", "System.IO.InvalidDataException", "System.Runtime.InteropServices.CollectionsMarshal", "System.Runtime.InteropServices.MemoryMarshal",
        "System.Runtime.InteropServices.InAttribute", "System.Runtime.InteropServices.ImmutableCollectionsMarshal", "System.Runtime.InteropServices.SequenceMarshal"];

    private static readonly string[] ForbiddenTypes = ["System.TimeProvider", "System.Console", "System.Diagnostics.Stopwatch", "System.Threading.Timer", "System.Threading.Thread",
        "System.Threading.Tasks.Task", "System.Threading.Tasks.Task`1", "System.Threading.Tasks.ValueTask", "System.Threading.Tasks.ValueTask`1"];

    private const string Environment = "System.Environment.";

    /// <summary>Iterators the compiler writes ask for the thread they run on.</summary>
    private const string HarmlessMember = Environment + "get_CurrentManagedThreadId";

    [Fact]
    public void Core_refers_to_no_package_framework_or_project() =>
        References(Repository.File("src/Lockkeeper.Core/Lockkeeper.Core.csproj")).ShouldBeNone();

    [Theory]
    [InlineData("PackageReference")]
    [InlineData("FrameworkReference")]
    [InlineData("ProjectReference")]
    [InlineData("Reference")]
    public void A_reference_is_seen(string kind) =>
        References(new SourceFile("a.csproj", $"<Project>\n<ItemGroup>\n<{kind} Include=\"X\" />\n</ItemGroup>\n</Project>")).ShouldHaveSingleItem().Line.ShouldBe(3);

    [Fact]
    public void The_compiled_Core_refers_only_to_the_base_class_library()
    {
        var library = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        AssembliesOf(CorePath).ShouldNotBeEmpty();
        AssembliesOf(CorePath).Where(name => !File.Exists(Path.Combine(library, name + ".dll"))).ShouldBeEmpty();
    }

    [Fact]
    public void The_compiled_Core_does_no_IO_reads_no_clock_and_never_awaits() => Forbidden(TypesOf(CorePath)).ShouldBeEmpty();

    [Fact]
    public void Forbidden_types_are_seen_in_an_assembly_that_uses_them()
    {
        // This assembly reads files and starts git; if it passes, the rule is blind.
        var seen = Forbidden(TypesOf(typeof(CoreIsWalledOffTests).Assembly.Location)).ToList();
        seen.ShouldContain("System.IO.File");
        seen.ShouldContain("System.Diagnostics.Process");
        seen.ShouldContain("System.Environment.get_NewLine");
        System.Environment.NewLine.ShouldNotBeEmpty();
        AssembliesOf(typeof(CoreIsWalledOffTests).Assembly.Location).ShouldContain("Shouldly");
    }

    private static string CorePath => Path.Combine(AppContext.BaseDirectory, "Lockkeeper.Core.dll");

    internal static IEnumerable<Breach> References(SourceFile project) => project.Lines
        .Where(line => Reference().IsMatch(line.Text))
        .Select(line => project.At(line.Number, "Lockkeeper.Core refers to nothing but the base class library"));

    internal static IEnumerable<string> Forbidden(IEnumerable<string> types) => types.Where(type => !Harmless.Contains(type)
        && (ForbiddenTypes.Contains(type) || (type.StartsWith(Environment, StringComparison.Ordinal) && type != HarmlessMember) || ForbiddenNamespaces.Any(name => type == name || type.StartsWith(name + ".", StringComparison.Ordinal))));

    private static List<string> AssembliesOf(string path) => Read(path, metadata => metadata.AssemblyReferences
        .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)));

    /// <summary>Every type referred to, and every member of one, the latter as <c>Namespace.Type.Member</c>.</summary>
    private static List<string> TypesOf(string path) => Read(path, metadata => metadata.TypeReferences
        .Where(type => metadata.GetTypeReference(type).ResolutionScope.Kind == HandleKind.AssemblyReference)
        .Select(type => NameOf(metadata, type))
        .Concat(metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference && NameOf(metadata, (TypeReferenceHandle)member.Parent) + "." == Environment)
            .Select(member => Environment + metadata.GetString(member.Name)))
        .Where(name => !name.StartsWith("Microsoft.CodeAnalysis.", StringComparison.Ordinal)));

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }

    private static List<string> Read(string path, Func<MetadataReader, IEnumerable<string>> what)
    {
        using var file = new PEReader(File.OpenRead(path));
        return [.. what(file.GetMetadataReader())];
    }

    [GeneratedRegex(@"<\w*Reference\s", RegexOptions.None, 10_000)]
    private static partial Regex Reference();
}
