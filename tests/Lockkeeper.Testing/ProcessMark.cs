using System.Globalization;
using System.Text;

namespace Lockkeeper.Testing;

/// <summary>A variable in the environment of a process, which all it starts inherit: detached grandchildren too, which no parent or group leads to.</summary>
internal sealed class ProcessMark
{
    public const string Variable = "LOCKKEEPER_TEST_MARK";

    private readonly byte[] _entry;
    private readonly Lock _gate = new();

    /// <summary>Ran before there was the mark, and still did at the last look: to read the environments of a whole machine takes longer than all else a look does.</summary>
    private HashSet<int> _elders;

    public ProcessMark() => (_entry, _elders) = (Encoding.ASCII.GetBytes($"{Variable}={Value}\0"), [.. Pids()]);

    public string Value { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The living processes that bear it.</summary>
    public IReadOnlyList<int> Bearers()
    {
        lock (_gate)
        {
            var pids = Pids().ToList();
            _elders = [.. pids.Where(_elders.Contains)]; // a number may be given again
            return [.. pids.Where(pid => !_elders.Contains(pid) && Bears(pid) && ProcessTable.IsAlive(pid))];
        }
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(Path.GetFileName)
        .Where(name => char.IsAsciiDigit(name![0]))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

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
