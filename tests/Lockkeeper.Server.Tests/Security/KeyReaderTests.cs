using System.Security.Cryptography;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Security;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class KeyReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_key_is_fetched_from_a_variable_a_file_or_its_hash()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "b.key"), "secret-b\n");
        var (keys, problems) = Read([("A", "secret-a")], "env:A", "file:b.key", $"sha256:{Convert.ToHexString(SHA256.HashData("secret-c"u8)).ToLowerInvariant()}");
        problems.ShouldBeEmpty();
        keys.Select(key => key.ToString()).ShouldBe(["k0", "k1", "k2"]);
        keys[0].HasHash(SHA256.HashData("secret-a"u8)).ShouldBeTrue();
        keys[1].HasHash(SHA256.HashData("secret-b"u8)).ShouldBeTrue();
        keys[2].HasHash(SHA256.HashData("secret-c"u8)).ShouldBeTrue();
        keys[2].HasHash(SHA256.HashData("secret-a"u8)).ShouldBeFalse();
    }

    [Fact]
    public void What_cannot_be_fetched_is_a_problem_and_nothing_of_it_is_shown()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "empty"), " \n");
        File.WriteAllText(Path.Combine(_folder.FullName, "large"), new string('s', 5000));
        Read([("TWO", "secret secret"), ("EMPTY", ""), ("UMLAUT", "secret-ü")], "env:NONE", "env:TWO", "env:EMPTY", "env:UMLAUT", "file:none", "file:empty", "file:large", "file:.").Problems.ShouldBe(
        [
            "f: server.api_keys[0].key: there is no environment variable 'NONE' where Lockkeeper runs",
            "f: server.api_keys[1].key: env:TWO holds more than one word of ASCII, which no header can carry as a key",
            "f: server.api_keys[2].key: env:EMPTY holds nothing; an empty key would let everybody in",
            "f: server.api_keys[3].key: env:UMLAUT holds more than one word of ASCII, which no header can carry as a key",
            $"f: server.api_keys[4].key: there is no file '{Path.Combine(_folder.FullName, "none")}'",
            "f: server.api_keys[5].key: file:empty holds nothing; an empty key would let everybody in",
            $"f: server.api_keys[6].key: '{Path.Combine(_folder.FullName, "large")}' is larger than 4096 bytes, and so surely no key",
            $"f: server.api_keys[7].key: '{_folder.FullName}' cannot be read: it is a folder",
        ]);
    }

    [Fact]
    public void One_key_cannot_be_two_callers() =>
        Read([("A", "same"), ("B", "same")], "env:A", "env:B").Problems.ShouldBe(["f: server.api_keys[1].key: is the same key as that of 'k0'; a caller must be one or the other"]);

    private (IReadOnlyList<ApiKey> Keys, IReadOnlyList<string> Problems) Read((string Name, string Value)[] variables, params string[] sources)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        var given = sources.Select((source, i) =>
        {
            KeySource.TryParse(source, out var parsed, out var problem).ShouldBeTrue(problem);
            return new ApiKeyConfig { Name = $"k{i}", Key = parsed };
        });
        var reader = new KeyReader(new ConfigFolder(_folder.FullName, "/people/me"), name => Array.Find(variables, variable => variable.Name == name).Value, findings);
        var keys = reader.Read([.. given]);
        return (keys, [.. findings.Problems.Select(problem => problem.ToString())]);
    }
}
