using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>
/// llama.cpp's log, as lines of an <see cref="ILogger"/>. Without it llama.cpp writes several hundred lines to stderr while it loads.
/// It is one for the process, as llama.cpp's own is.
/// </summary>
internal static unsafe partial class LlamaLog
{
    private const int MostErrors = 8;

    private static volatile ILogger _logger = NullLogger.Instance;

    // Lines come in pieces, from whichever thread works: each thread assembles its own.
    [ThreadStatic]
    private static StringBuilder? _line;
    [ThreadStatic]
    private static LogLevel _level;
    [ThreadStatic]
    private static List<string>? _errors;
    [ThreadStatic]
    private static bool _isStopping;

    /// <summary>Takes llama.cpp's log away from stderr. Until <see cref="Attach"/> it goes nowhere.</summary>
    public static void Install()
    {
        LlamaApi.LogSet(&Receive, null);
        LlamaApi.SetAbortCallback(&GiveUp);
    }

    public static void Attach(ILogger logger) => _logger = logger;

    /// <summary>From now on the errors of this thread are not logged but kept, for whoever makes one message of them.</summary>
    public static void KeepErrors() => _errors = [];

    /// <summary>The errors since <see cref="KeepErrors"/>, oldest first: llama.cpp's only account of why a call returned null. Those that follow are logged again.</summary>
    public static IReadOnlyList<string> TakeErrors()
    {
        var errors = _errors;
        _errors = null;
        return errors ?? [];
    }

    /// <summary>llama.cpp logs four errors when it is told to stop. On this thread, until this is taken back, they are none.</summary>
    public static void ExpectStop(bool isStopping) => _isStopping = isStopping;

    /// <summary>llama.cpp's levels, quieter: what it calls info is of use to those who look into a problem only.</summary>
    internal static LogLevel LevelOf(int level) => level switch
    {
        2 => LogLevel.Debug,
        3 => LogLevel.Warning,
        4 => LogLevel.Error,
        _ => LogLevel.Trace,
    };

    internal static void Append(int level, ReadOnlySpan<byte> text)
    {
        const int ContinuesTheLine = 5;
        if (level != ContinuesTheLine)
        {
            EndLine();
            _level = LevelOf(level);
        }

        foreach (var part in text.Split((byte)'\n'))
        {
            if (part.Start.Value > 0)
            {
                EndLine();
            }

            (_line ??= new StringBuilder()).Append(Encoding.UTF8.GetString(text[part]));
        }
    }

    private static void EndLine()
    {
        if (_line is not { Length: > 0 } line)
        {
            return;
        }

        var text = line.ToString().TrimEnd();
        line.Clear();
        var level = _isStopping ? LogLevel.Debug : _level;
        if (level == LogLevel.Error && _errors is { } kept)
        {
            level = LogLevel.Debug;
            if (kept.Count < MostErrors)
            {
                kept.Add(text);
            }
        }

        if (text.Length > 0)
        {
            Line(_logger, level, text);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Receive(int level, byte* text, void* data)
    {
        try
        {
            Append(level, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
        catch (Exception)
        {
            // A log sink that fails, or is disposed already, must not unwind through native frames: that ends the process.
        }
    }

    /// <summary>
    /// An assertion of ggml failed, on a file that contradicts itself for instance, and the process ends when this returns. Without it ggml attaches a
    /// debugger to the process and prints pages. The logger's queue would not be written any more, so this is the one line that goes to stderr itself.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void GiveUp(byte* message)
    {
        try
        {
            var cause = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message)).ReplaceLineEndings(" ");
            Console.Error.WriteLine($"lockkeeper engine: llama.cpp gave up, the model file may be damaged: {cause}");
        }
        catch (Exception)
        {
            // Nothing is left to do: the process ends in any case.
        }
    }

    [LoggerMessage(EventId = 900, Message = "{Line}")]
    private static partial void Line(ILogger logger, LogLevel level, string line);
}
