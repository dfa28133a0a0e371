namespace Lockkeeper.Clients.Tests.Agents;

/// <summary>A folder that an agent takes for the user's home, with an empty project in it, and an environment in which nothing leads off this machine.</summary>
internal sealed class AgentHome : IDisposable
{
    /// <summary>How long a turn may take: a prompt of 40,000 tokens, read by one core of a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Nobody listens there.</summary>
    private const string Nowhere = "http://127.0.0.1:9";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-agent-");

    public string Project => _folder.CreateSubdirectory("project").FullName;

    /// <summary>All that an agent gets of an environment: no key and no setting of the user's.</summary>
    public Dictionary<string, string> Variables(params IEnumerable<(string Name, string Value)> own) => new(
    [
        .. own.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)),
        .. from name in (string[])["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"] select KeyValuePair.Create(name, Nowhere),
        .. from name in (string[])["NO_PROXY", "no_proxy"] select KeyValuePair.Create(name, "127.0.0.1"),
        KeyValuePair.Create("HOME", _folder.FullName),
        KeyValuePair.Create("PATH", Environment.GetEnvironmentVariable("PATH")!),
    ]);

    /// <summary>Writes a file below the home.</summary>
    /// <returns>Its folder.</returns>
    public string Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(_folder.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
        return file.DirectoryName!;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
