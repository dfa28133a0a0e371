using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Security;

namespace Lockkeeper.Server.Config;

/// <summary>Loads the configuration file: all of it, or all that is wrong with it.</summary>
internal static class ConfigFile
{
    /// <summary>No configuration comes near it; a model file named by mistake is far beyond.</summary>
    private const int LargestFile = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ConfigResult Load(string file, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        try
        {
            var draft = ConfigText.Read(file, ReadText(file), presets);
            return Finish(draft.Config, draft.Positions, ConfigFolder.Of(file), draft.Problems, presets);
        }
        catch (FileRefusedException refused)
        {
            return new ConfigResult.Refused([new ConfigProblem(file, refused.Line, "", refused.Message)]);
        }
    }

    /// <summary>What is served without any file.</summary>
    public static ConfigResult LoadDemo(IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var config = DemoConfig.In(AppContext.BaseDirectory);
        var positions = new ConfigPositions(DemoConfig.Name);
        return Finish(config, positions, ConfigFolder.Of(AppContext.BaseDirectory), ConfigRules.Check(config, positions, presets), presets);
    }

    private static ConfigResult Finish(
        LockkeeperConfig config, ConfigPositions positions, ConfigFolder folder, IReadOnlyList<ConfigProblem> problems, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var findings = new ConfigFindings(positions);
        var keys = new KeyReader(folder, Environment.GetEnvironmentVariable, findings).Read(config.Server.ApiKeys);
        var all = ConfigFindings.InOrder([.. problems, .. folder.Check(config, presets, positions), .. findings.Problems]);
        return all.Count > 0
            ? new ConfigResult.Refused(all)
            : new ConfigResult.Loaded(config, CatalogBuilder.Build(config, folder, presets)) { Keys = keys, StateFile = StateFile.Of(config, folder) };
    }

    private static string ReadText(string file)
    {
        if (Directory.Exists(file))
        {
            throw new FileRefusedException(0, "is a folder; name the file in it");
        }

        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[LargestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= LargestFile
                ? Decode(bytes.AsSpan(0, length))
                : throw new FileRefusedException(0, "is larger than 1 MiB, and so surely no configuration");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileRefusedException(0, "does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new FileRefusedException(0, "cannot be read: permission denied");
        }
        catch (IOException unreadable)
        {
            throw new FileRefusedException(0, $"cannot be read: {unreadable.Message}");
        }
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException invalid)
        {
            throw new FileRefusedException(bytes[..Math.Max(0, invalid.Index)].Count((byte)'\n') + 1, "is not UTF-8 text; save it as UTF-8");
        }
    }

    private sealed class FileRefusedException(int line, string message) : Exception(message)
    {
        public int Line { get; } = line;
    }
}
