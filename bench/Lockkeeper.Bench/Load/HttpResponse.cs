using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Lockkeeper.Bench.Load;

/// <summary>Finds the end of an answer, and the pieces in which a chunked one arrived.</summary>
internal sealed class HttpResponse
{
    private readonly List<Frame> _frames = [];
    private int _at;
    private int _length;
    private bool _chunked;
    private bool _inBody;

    /// <summary>The chunks so far.</summary>
    public IReadOnlyList<Frame> Frames => _frames;

    public void Reset()
    {
        _frames.Clear();
        (_at, _inBody) = (0, false);
    }

    /// <param name="received">Everything received of this answer.</param>
    /// <param name="now">When the last of it was received.</param>
    public bool Parse(ReadOnlySpan<byte> received, long now)
    {
        if (!_inBody && !ParseHead(received))
        {
            return false;
        }

        return _chunked ? ParseFrames(received, now) : received.Length - _at >= _length;
    }

    private bool ParseHead(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        if (!received.StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException($"Not an answer: {Encoding.UTF8.GetString(received)}");
        }

        var head = Encoding.ASCII.GetString(received[..end]);
        var length = head.IndexOf("content-length:", StringComparison.OrdinalIgnoreCase);
        _chunked = length < 0;
        _length = _chunked ? 0 : int.Parse(head.AsSpan(length + 15, (head + "\r").IndexOf('\r', length) - length - 15).Trim(), CultureInfo.InvariantCulture);
        (_at, _inBody) = (end + 4, true);
        return true;
    }

    private bool ParseFrames(ReadOnlySpan<byte> received, long now)
    {
        while (true)
        {
            var rest = received[_at..];
            var line = rest.IndexOf("\r\n"u8);
            if (line < 0 || !Utf8Parser.TryParse(rest[..line], out int size, out _, 'x') || rest.Length < line + 2 + size + 2)
            {
                return false;
            }

            _at += line + 2 + size + 2;
            if (size == 0)
            {
                return true;
            }

            _frames.Add(new Frame(rest.Slice(line + 2, size).ToArray(), now));
        }
    }
}
