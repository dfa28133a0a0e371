using System.Globalization;
using System.Text;

namespace Lockkeeper.Testing;

/// <summary>A variable in the environment of a process, which all it starts inherit: detached grandchildren too, which no parent or group leads to.</summary>
internal sealed class ProcessMark
{
    public const string Variable = "LOCKKEEPER_TEST_MARK";

    private readonly byte[] _entry;

    public ProcessMark() => _entry = Encoding.ASCII.GetBytes($"{Variable}={Value}\0");

    public string Value { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The living processes that bear it.</summary>
    public IReadOnlyList<int> Bearers() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(pid => Bears(pid) && ProcessTable.IsAlive(pid)),
    ];

    private bool Bears(int pid)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(_entry) >= 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
