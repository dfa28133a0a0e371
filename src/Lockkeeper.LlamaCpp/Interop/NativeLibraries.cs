using System.Reflection;
using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>
/// Finds llama.cpp in <c>native/</c> beside the executable and loads it by full path, so that no other llama.cpp on the machine can take its place.
/// </summary>
internal static class NativeLibraries
{
    /// <summary>The release that the structs of this folder were written for. Layouts change between releases without any other sign.</summary>
    internal const string LlamaVersion = "0.4.0-dev";

    /// <summary>The ggml inside that release.</summary>
    internal const string GgmlVersion = "0.23.0";

    private const string FileVersion = ".v0.4.0";

    private static readonly Dictionary<string, nint> Loaded = [];
    private static readonly Lazy<string?> Problem = new(() => TryLoad(Path.Combine(AppContext.BaseDirectory, "native")));

    /// <summary>Loads llama.cpp and its backends, once for the process.</summary>
    /// <exception cref="EngineLoadException">They are missing, or are not the ones that this build knows.</exception>
    public static void Load()
    {
        if (Problem.Value is { } problem)
        {
            throw new EngineLoadException(problem);
        }
    }

    /// <summary>For the imports of this assembly, and for the tests' own.</summary>
    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => Loaded.GetValueOrDefault(name);

    /// <summary>Null when the folder holds what is needed; else what is missing, and how to get it.</summary>
    internal static string? Missing(string folder)
    {
        const string Remedy = "npm fetches it when Lockkeeper is built: install Node.js 20 or newer, then build again (docs/engines/builtin.md).";
        if (!Directory.Exists(folder))
        {
            return $"llama.cpp is missing: there is no folder {folder}. {Remedy}";
        }

        foreach (var library in (ReadOnlySpan<string>)[LlamaApi.GgmlBase, LlamaApi.Ggml, LlamaApi.Llama])
        {
            if (PathOf(library, folder) is null)
            {
                return $"llama.cpp is missing: {folder} holds no {FileNames(library)[0]}. {Remedy}";
            }
        }

        return null;
    }

    private static unsafe string? TryLoad(string folder)
    {
        if (Missing(folder) is { } missing)
        {
            return missing;
        }

        // Each library before the ones that need it: Windows would look for those in its own folders, not in this one.
        foreach (var library in (ReadOnlySpan<string>)[LlamaApi.GgmlBase, LlamaApi.Ggml, LlamaApi.Llama])
        {
            var path = PathOf(library, folder)!;
            try
            {
                Loaded[library] = NativeLibrary.Load(path);
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
            {
                return $"{path} cannot be loaded on {RuntimeInformation.RuntimeIdentifier}: {exception.Message.ReplaceLineEndings(" ").Trim()}";
            }
        }

        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        var (llama, ggml) = (Marshal.PtrToStringUTF8((nint)LlamaApi.Version()), Marshal.PtrToStringUTF8((nint)LlamaApi.GgmlVersion()));
        if (llama != LlamaVersion || ggml != GgmlVersion)
        {
            return $"{folder} holds llama.cpp {llama} with ggml {ggml}, but this build of Lockkeeper is made for {LlamaVersion} with {GgmlVersion}. Build again to fetch the right one.";
        }

        LlamaLog.Install();
        LlamaApi.BackendInit();
        LlamaApi.BackendLoadAllFromPath(folder);
        return LlamaApi.DeviceByType(0) == nint.Zero ? $"{folder} holds no ggml CPU backend that runs on this processor." : null;
    }

    private static string? PathOf(string library, string folder) =>
        FileNames(library).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>ggml-base carries no version in its name, and the Metal build has its own infix.</summary>
    private static string[] FileNames(string library)
    {
        var (prefix, extension) = OperatingSystem.IsWindows() ? ("", ".dll") : OperatingSystem.IsMacOS() ? ("lib", ".dylib") : ("lib", ".so");
        return library == LlamaApi.GgmlBase
            ? [$"{prefix}{library}{extension}"]
            : [$"{prefix}{library}{FileVersion}{extension}", $"{prefix}{library}.metal{FileVersion}{extension}"];
    }
}
