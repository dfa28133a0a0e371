namespace Lockkeeper.Server.Detection;

/// <summary>Programs and folders of this machine, looked at and never opened or run.</summary>
/// <param name="variable">Reads an environment variable.</param>
internal sealed class Machine(Func<string, string?> variable)
{
    /// <summary>Deep enough for <c>publisher/model/file</c> and <c>models--org--name/snapshots/revision/file</c>.</summary>
    private const int Deepest = 4;

    /// <summary>Entries looked at in one folder; a home folder named by mistake costs no more.</summary>
    private const int MostEntries = 20_000;

    private string Home => variable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The engines whose programs are on PATH.</summary>
    public IReadOnlyList<FoundProgram> Programs() =>
    [
        .. from engine in KnownEngine.All
           let path = engine.Program is { } program ? OnPath(program) : null
           where path is not null
           select new FoundProgram(engine, path),
    ];

    /// <summary>Full path of a program; null when PATH does not lead to it.</summary>
    public string? OnPath(string program) => (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => OperatingSystem.IsWindows() ? new[] { program + ".exe", program + ".cmd" }.Select(name => Path.Combine(folder, name)) : [Path.Combine(folder, program)])
        .FirstOrDefault(IsExecutable);

    /// <summary>The usual folders that hold models, outermost first.</summary>
    public IReadOnlyList<FoundFolder> Folders()
    {
        string?[] places =
        [
            variable("MLX_MODEL_DIR"), .. (variable("LOCKKEEPER_MODELS") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            variable("HF_HOME") is { Length: > 0 } hub ? Path.Combine(hub, "hub") : Path.Combine(Home, ".cache", "huggingface", "hub"), Path.Combine(Home, "models"),
            Path.Combine(Home, ".lmstudio", "models"), Path.Combine(Home, ".cache", "lm-studio", "models"),
        ];
        return
        [
            .. places.OfType<string>().Where(place => place.Length > 0 && !place.Any(char.IsControl)).Select(place => Path.GetFullPath(place.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, place[2..]) : place))
                .Distinct(StringComparer.Ordinal).Where(Directory.Exists).Select(place => new FoundFolder(place, Count(place))).Where(found => found.Models.Count > 0),
        ];
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    /// <summary>What the folder is likely to be good for: shards count once, and parts of a download not at all. Exact is only what serves them.</summary>
    private static Dictionary<ModelKind, int> Count(string folder)
    {
        var counts = new Dictionary<ModelKind, int>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Deepest, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options).Take(MostEntries))
        {
            var name = Path.GetFileName(file);
            ModelKind? kind = name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? IsShardOrPart(name) ? null : ModelKind.Gguf
                : name == "config.json" && Directory.EnumerateFiles(Path.GetDirectoryName(file)!, "*.safetensors").Any() ? IsMlx(file) ? ModelKind.Mlx : ModelKind.Safetensors
                : null;
            if (kind is { } found)
            {
                counts[found] = counts.GetValueOrDefault(found) + 1;
            }
        }

        return counts;
    }

    private static bool IsShardOrPart(string name) =>
        name.StartsWith("mmproj", StringComparison.OrdinalIgnoreCase) || (name.Contains("-of-", StringComparison.Ordinal) && !name.Contains("-00001-of-", StringComparison.Ordinal));

    /// <summary>MLX models are told by their folder's name: what is in them looks like any other.</summary>
    private static bool IsMlx(string config) => config.Contains("mlx", StringComparison.OrdinalIgnoreCase);
}
