using Lockkeeper.Server.Detection;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Detection;

public sealed class MachineTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("lockkeeper-machine-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void Programs_are_those_that_can_be_run()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(Put("bin/llama-server"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetUnixFileMode(Put("bin/ollama"), UnixFileMode.UserRead);
        MachineOf(("PATH", Path.Combine(_home.FullName, "bin"))).Programs().ShouldHaveSingleItem().Engine.Name.ShouldBe("llama.cpp");
    }

    [Fact]
    public void Folders_are_those_with_models_in_them()
    {
        Put("models/a.gguf");
        Put("models/org/b-00001-of-00002.gguf");
        Put("models/org/b-00002-of-00002.gguf");
        Put("models/org/mmproj-b.gguf");
        Put("models/mlx-community/c/config.json");
        Put("models/mlx-community/c/model.safetensors");
        Put("models/d/config.json");
        Put(".lmstudio/models/readme.txt");
        Put("hub/hub/models--x--y/snapshots/1/config.json");
        Put("hub/hub/models--x--y/snapshots/1/model.safetensors");
        var found = MachineOf(("HF_HOME", Path.Combine(_home.FullName, "hub"))).Folders();
        found.Select(folder => Path.GetRelativePath(_home.FullName, folder.Path)).ShouldBe([Path.Combine("hub", "hub"), "models"]);
        found[0].Models.ShouldBe(new Dictionary<ModelKind, int> { [ModelKind.Safetensors] = 1 });
        found[1].Models.ShouldBe(new Dictionary<ModelKind, int> { [ModelKind.Gguf] = 2, [ModelKind.Mlx] = 1 }, ignoreOrder: true);
    }

    private Machine MachineOf(params (string Name, string Value)[] variables) =>
        new(name => name == "HOME" ? _home.FullName : Array.Find(variables, variable => variable.Name == name).Value);

    private string Put(string path)
    {
        var file = new FileInfo(Path.Combine(_home.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, "");
        return file.FullName;
    }
}
