using System.Text.Json;
using Lockkeeper.Core.Dialects.Leaks;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Makes calls of the pieces that engines send of them.</summary>
/// <remarks>
/// OpenAI numbers the calls of an answer, and sends id and name with the first piece only. Engines do without the number, give all of them 0, repeat the name in every piece, leave out the
/// id, or send the arguments as an object; whether a piece begins a call has to be told from what is there. Calls are told one behind the other, so where an engine sends their pieces by turns,
/// one is told as it comes, and the others are kept back until it is whole.
/// </remarks>
internal sealed class ToolCallPieces(IAnswerSink sink, TextPieces pieces)
{
    /// <summary>Characters that may be kept back.</summary>
    private const int MostKept = ToolCallFilter.LongestCall;

    /// <summary>Calls that may be kept back.</summary>
    private const int MostWaiting = 1024;

    /// <summary>Those that are kept back, in the order in which they began.</summary>
    private readonly List<PiecedCall> _waiting = [];

    /// <summary>Those that were told, by their numbers.</summary>
    private readonly Dictionary<int, PiecedCall> _over = [];

    /// <summary>The one that is told as it comes.</summary>
    private PiecedCall? _told;

    /// <summary>The one that the last piece was of.</summary>
    private PiecedCall? _latest;
    private int _kept;

    /// <summary>How many calls have been told.</summary>
    public int Count { get; private set; }

    /// <param name="array">At the beginning of <c>tool_calls</c>.</param>
    public void ReadAll(Utf8JsonReader array)
    {
        var isFirst = true;
        while (array.Read() && array.TokenType == JsonTokenType.StartObject)
        {
            Take(CallPiece.Read(ref array), isFirst);
            isFirst = false;
        }
    }

    /// <param name="function">At the beginning of the older <c>function_call</c>.</param>
    public void ReadFunction(Utf8JsonReader function)
    {
        var piece = default(CallPiece);
        piece.ReadFunction(ref function);
        Take(piece, isFirst: true);
    }

    /// <summary>No more comes. What was kept back is told, as far as it has come.</summary>
    public void Close()
    {
        while (Next())
        {
        }
    }

    private void Take(in CallPiece piece, bool isFirst)
    {
        if (OwnerOf(piece, isFirst) is not { } call)
        {
            return;
        }

        _latest = call;
        if (call != _told)
        {
            Keep(call, piece);
            return;
        }

        if (call.TakeNames(piece))
        {
            Count++;
            sink.ToolCall(Count - 1, call.Id, call.Name);
        }

        TellArguments(call, piece.Arguments);
        while (_told!.IsWhole && _waiting.Count > 0)
        {
            Next();
        }
    }

    /// <returns>The call that a piece is of; null where it is of one that is over, and says nothing more of it.</returns>
    private PiecedCall? OwnerOf(in CallPiece piece, bool isFirst)
    {
        if (Likely(piece) is { } likely)
        {
            return likely.EndsBefore(piece, isFirst) ? Begin(piece.Number) : likely;
        }

        if (piece.Number is not { } number || !_over.TryGetValue(number, out var past) || past.EndsBefore(piece, isFirst))
        {
            return Begin(piece.Number);
        }

        return piece.IsBlank ? null : throw new InvalidDataException("it goes on with a tool call that was whole");
    }

    /// <returns>Of the calls that are not over, the one that a piece is of, unless it begins another; null where it must begin one, or is of one that is over.</returns>
    private PiecedCall? Likely(in CallPiece piece) =>
        (_waiting.Count > 0 && CallPiece.Says(piece.Id) ? Named(piece) : null)
        ?? (piece.Number is { } number && _latest?.Number is { } latest && number != latest ? Numbered(number) : _latest);

    private PiecedCall? Named(in CallPiece piece)
    {
        foreach (var call in _waiting)
        {
            if (call.HasIdOf(piece))
            {
                return call;
            }
        }

        return _told!.HasIdOf(piece) ? _told : null;
    }

    private PiecedCall? Numbered(int number) => _waiting.FindLast(call => call.Number == number) ?? (_told!.Number == number ? _told : null);

    private PiecedCall Begin(int? number)
    {
        var call = new PiecedCall(number);
        _waiting.Add(call);
        if (_told is null or { IsWhole: true })
        {
            Next();
        }

        return call;
    }

    private void Keep(PiecedCall call, in CallPiece piece)
    {
        _kept -= call.Size;
        call.TakeNames(piece);
        call.Keep(piece.Arguments);
        _kept += call.Size;
        if (_kept > MostKept || _waiting.Count > MostWaiting)
        {
            throw new InvalidDataException($"it sends the pieces of several tool calls by turns, and more than {MostKept} characters or {MostWaiting} calls would have to be kept back");
        }
    }

    /// <summary>No more of the call comes that was told; the next one is told, as far as it was kept back.</summary>
    /// <returns>Whether there was one.</returns>
    private bool Next()
    {
        pieces.Flush();
        if (_told is { Number: { } number })
        {
            _over[number] = _told;
        }

        if (_told is { IsNamed: true, HasArguments: false })
        {
            // Clients parse what there is.
            sink.Arguments(Count - 1, "{}");
        }

        _told = _waiting.MinBy(waiting => waiting.Number ?? int.MaxValue);
        if (_told is not { } call)
        {
            return false;
        }

        _waiting.Remove(call);
        _latest = call;
        _kept -= call.Size;
        if (call.IsNamed)
        {
            Count++;
            sink.ToolCall(Count - 1, call.Id, call.Name);
            pieces.Resume(TextPieces.Voice.Arguments, Count - 1, call.Kept);
            call.Release();
        }

        return true;
    }

    private void TellArguments(PiecedCall call, Utf8JsonReader arguments)
    {
        if (CallPiece.Says(arguments))
        {
            call.Follow(pieces.Tell(TextPieces.Voice.Arguments, Count - 1, arguments));
        }
        else if (arguments.TokenType == JsonTokenType.StartObject)
        {
            sink.Arguments(Count - 1, call.Object(ref arguments));
        }
    }
}
