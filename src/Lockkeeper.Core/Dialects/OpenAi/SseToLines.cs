using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Makes lines of an engine's own events as they pass, for clients that want <c>json_lines</c>. What the events hold is not looked at.</summary>
internal sealed class SseToLines : ISseListener
{
    private readonly IBufferWriter<byte> _output;
    private readonly SseEvents _events;

    public SseToLines(IBufferWriter<byte> output)
    {
        _output = output;
        _events = new SseEvents(this);
    }

    /// <summary>The next bytes of the stream, in any split; comments are dropped.</summary>
    public void Read(ReadOnlySpan<byte> piece) => _events.Read(piece);

    void ISseListener.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (data.Trim(" "u8).SequenceEqual("[DONE]"u8))
        {
            _output.Write("{\"done\":true}\n"u8);
            return;
        }

        // JSON that was spread over several data lines has its line ends between tokens, where a blank does as well.
        while (data.IndexOf((byte)'\n') is >= 0 and var end)
        {
            _output.Write(data[..end]);
            _output.Write(" "u8);
            data = data[(end + 1)..];
        }

        _output.Write(data);
        _output.Write("\n"u8);
    }
}
