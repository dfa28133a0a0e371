using System.Text;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>
/// Reads what an engine prints for as long as it lives, since an engine blocks once 64 KiB wait in the pipe; keeps the last lines as evidence and logs them
/// at a bounded rate. Values of secret variables are masked before anything is kept.
/// </summary>
internal sealed partial class OutputTail
{
    public const int LinesKept = 100;
    public const int BytesKept = 64 * 1024;
    public const int LongestLine = 4096;
    public const int LinesLoggedPerSecond = 100;

    private const string Mask = "***";

    /// <summary>Shorter values would blot out half of every line.</summary>
    private const int ShortestSecret = 4;

    private static readonly string[] SecretNames = ["KEY", "TOKEN", "SECRET", "PASSWORD"];

    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private readonly string[] _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EngineLogFile? _file;
    private readonly byte[] _line;
    private int _length;
    private bool _isCut;
    private int _size;
    private long _second;
    private int _loggedThisSecond;

    public OutputTail(IEnumerable<KeyValuePair<string, string?>> environment, TimeProvider time, ILogger logger, EngineLogFile? file = null)
    {
        // The longest first: a secret may contain another.
        _secrets = [.. environment.Where(IsSecret).Select(variable => variable.Value!).OrderByDescending(value => value.Length)];
        _time = time;
        _logger = logger;
        _file = file;
        _second = time.GetTimestamp();

        // Room for a secret that begins just before the cut: it is masked first and cut then.
        _line = new byte[LongestLine + (_secrets.Length == 0 ? 0 : Encoding.UTF8.GetByteCount(_secrets[0]))];
    }

    /// <summary>Completes when every process that could print has closed its end.</summary>
    public Task Drained => _drained.Task;

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }

    /// <summary>Starts the thread that reads to the end, whatever happens.</summary>
    public void Drain(Stream output, string name) => new Thread(() => Read(output), maxStackSize: 256 * 1024) { IsBackground = true, Name = $"output of {name}" }.Start();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var letter in bytes)
        {
            if (letter is (byte)'\n' or (byte)'\r')
            {
                EndLine();
            }
            else if (_length < _line.Length)
            {
                _line[_length++] = letter;
            }
            else
            {
                _isCut = true;
            }
        }
    }

    private void Read(Stream output)
    {
        try
        {
            using (output)
            {
                var buffer = new byte[16 * 1024];
                int read;
                while ((read = output.Read(buffer)) > 0)
                {
                    Append(buffer.AsSpan(0, read));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // As good as the end of the file.
        }

        EndLine();
        _file?.Dispose();
        _drained.SetResult();
    }

    private void EndLine()
    {
        if (_length == 0)
        {
            return;
        }

        var line = Encoding.UTF8.GetString(_line.AsSpan(0, _length));
        var isCut = _isCut || line.Length > LongestLine;
        (_length, _isCut) = (0, false);
        foreach (var secret in _secrets)
        {
            line = line.Replace(secret, Mask, StringComparison.Ordinal);
        }

        line = Printable(line);
        Keep(isCut ? $"{line.AsSpan(0, Math.Min(line.Length, LongestLine))}…" : line);
    }

    private void Keep(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            _size += line.Length;
            while (_lines.Count > LinesKept || _size > BytesKept)
            {
                _size -= _lines.Dequeue().Length;
            }
        }

        try
        {
            _file?.Append(line);
            Log(line);
        }
        catch (Exception)
        {
            // A log that fails must not stop the reading: the engine would block on a full pipe.
        }
    }

    private void Log(string line)
    {
        if (_time.GetElapsedTime(_second) >= TimeSpan.FromSeconds(1))
        {
            if (_loggedThisSecond > LinesLoggedPerSecond)
            {
                LogSuppressed(_loggedThisSecond - LinesLoggedPerSecond);
            }

            _second = _time.GetTimestamp();
            _loggedThisSecond = 0;
        }

        if (++_loggedThisSecond <= LinesLoggedPerSecond)
        {
            LogLine(line);
        }
    }

    private static bool IsSecret(KeyValuePair<string, string?> variable) =>
        variable.Value is { Length: >= ShortestSecret } && SecretNames.Any(name => variable.Key.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Without colours and other control sequences: in our log they could hide or forge a line.</summary>
    private static string Printable(string line)
    {
        var kept = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\x1B' && i + 1 < line.Length && line[i + 1] == '[')
            {
                for (i += 2; i < line.Length && line[i] is < '@' or > '~'; i++)
                {
                }
            }
            else if (line[i] == '\t' || !char.IsControl(line[i]))
            {
                kept.Append(line[i]);
            }
        }

        return kept.ToString();
    }

    [LoggerMessage(320, LogLevel.Information, "{Line}")]
    private partial void LogLine(string line);

    [LoggerMessage(321, LogLevel.Information, "… {Count} more lines, too many to log")]
    private partial void LogSuppressed(int count);
}
