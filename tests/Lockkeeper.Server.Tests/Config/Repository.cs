using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Engines.Presets;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>The files of the repository, found from where the tests run.</summary>
internal static class Repository
{
    public static readonly IReadOnlyDictionary<string, EnginePreset> Presets = EnginePresets.Of(ImmutableArray.Create("lockkeeper"));

    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Lockkeeper.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
