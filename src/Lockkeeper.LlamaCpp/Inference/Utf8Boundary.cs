using System.Buffers;
using System.Text;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>
/// Makes whole characters of bytes that arrive in pieces: a token can end inside a character. What is incomplete waits for the next piece;
/// what can never become a character turns into U+FFFD, as every decoder does.
/// </summary>
internal sealed class Utf8Boundary
{
    private const int LongestCharacter = 4;

    private readonly byte[] _held = new byte[LongestCharacter];
    private int _heldCount;

    /// <summary>Writes what is complete of the bytes so far.</summary>
    public void Push(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        while (_heldCount > 0 && bytes.Length > 0)
        {
            _held[_heldCount++] = bytes[0];
            var status = Rune.DecodeFromUtf8(_held.AsSpan(0, _heldCount), out _, out var consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes = bytes[1..];
                continue;
            }

            // An invalid sequence ends before the byte that made it so; that byte may begin the next character.
            Write(_held.AsSpan(0, consumed), status, output);
            var taken = consumed - (_heldCount - 1);
            _heldCount = 0;
            bytes = bytes[Math.Max(taken, 0)..];
        }

        PushWhole(bytes, output);
    }

    /// <summary>There will be no more bytes.</summary>
    public void End(IBufferWriter<byte> output)
    {
        if (_heldCount > 0)
        {
            _heldCount = 0;
            output.Write("\uFFFD"u8);
        }
    }

    private void PushWhole(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(_held);
                _heldCount = bytes.Length;
                return;
            }

            Write(bytes[..consumed], status, output);
            bytes = bytes[consumed..];
        }
    }

    private static void Write(ReadOnlySpan<byte> character, OperationStatus status, IBufferWriter<byte> output) =>
        output.Write(status == OperationStatus.Done ? character : "\uFFFD"u8);
}
