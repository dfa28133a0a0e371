using Lockkeeper.Testing;

namespace Lockkeeper.Server.Tests.Catalog;

/// <summary>A folder with models in it, gone after the test.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-models-");

    public string Path => _folder.FullName;

    public string At(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>A whole GGUF file.</summary>
    public string Gguf(string relative, string name = "Tiny", uint fileType = 15) => GgufBytes.Llama(name, fileType).WriteTo(At(relative));

    /// <summary>A whole GGUF file that lets a model see.</summary>
    public string Projector(string relative) => new GgufBytes().With("general.architecture", "clip").With("clip.has_vision_encoder", true).Tensor("v", 0, 4).WriteTo(At(relative));

    /// <summary>A whole folder of MLX.</summary>
    public string Mlx(string relative)
    {
        new SafetensorsBytes().ByMlx().Tensor("a.weight", "U32", 8, 8).WriteTo(At($"{relative}/model.safetensors"));
        Text($"{relative}/config.json", """{"model_type":"qwen3","quantization":{"bits":4,"group_size":64}}""");
        return At(relative);
    }

    public string Text(string relative, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), text);
        return At(relative);
    }

    /// <summary>A file as the Hugging Face cache has it: the bytes among the blobs, a link to them in the snapshot.</summary>
    public void Cached(string repository, string revision, string file, string? content = null)
    {
        var blob = content is null ? Gguf($"{repository}/blobs/{revision}-{file.Replace('/', '-')}") : Text($"{repository}/blobs/{revision}-{file.Replace('/', '-')}", content);
        var link = At($"{repository}/snapshots/{revision}/{file}");
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(link)!, blob));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
