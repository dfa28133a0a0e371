using System.Security.Cryptography;
using System.Text.Json;
using Lockkeeper.Testing;

namespace Lockkeeper.Clients.Tests;

/// <summary>A folder of npm packages as its lock file has them. They are fetched once, and again when the lock file has changed.</summary>
internal sealed class NpmFolder(string path)
{
    private const string WhatToInstall = "The clients run on Node.js, and come with npm: install Node.js 20 or newer (https://nodejs.org).";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    public string Path { get; } = System.IO.Path.Combine(Repository.Root, path);

    /// <summary>Inside node_modules, so that deleting it, or interrupting npm, also forgets that it was done.</summary>
    private string Stamp => System.IO.Path.Combine(Path, "node_modules", ".fetched");

    /// <summary>The packages that package.json names, and the versions that are there.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = new Dictionary<string, string>();

    /// <exception cref="InvalidOperationException">npm is missing, or cannot fetch them.</exception>
    public async Task FetchAsync()
    {
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(System.IO.Path.Combine(Path, "package-lock.json"))));
        if (!File.Exists(Stamp) || await File.ReadAllTextAsync(Stamp) != wanted)
        {
            var npm = await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--fetch-retries=1"], new Dictionary<string, string>(), Patience);
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm ci in {Path} has failed.\n{npm.Said}");
            }

            await File.WriteAllTextAsync(Stamp, wanted);
        }

        Versions = Wanted().ToDictionary(name => name, VersionOf);
    }

    /// <summary>Runs a program that comes with Node.js.</summary>
    /// <exception cref="InvalidOperationException">It is missing; the message says what to install.</exception>
    public async Task<ChildProcess> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables, TimeSpan within)
    {
        try
        {
            return await ChildProcess.RunAsync(program, arguments, Path, variables, within);
        }
        catch (FileNotFoundException missing)
        {
            throw new InvalidOperationException($"{missing.Message}. {WhatToInstall}", missing);
        }
    }

    /// <summary>Optional ones are for one platform each, and need not be there.</summary>
    private List<string> Wanted()
    {
        using var package = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(Path, "package.json")));
        return
        [
            .. package.RootElement.EnumerateObject().Where(section => section.Name is "dependencies" or "optionalDependencies")
                .SelectMany(section => section.Value.EnumerateObject().Select(dependency => dependency.Name))
                .Where(name => Directory.Exists(System.IO.Path.Combine(Path, "node_modules", name))),
        ];
    }

    private string VersionOf(string name)
    {
        using var package = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(Path, "node_modules", name, "package.json")));
        return package.RootElement.GetProperty("version").GetString()!;
    }
}
