using System.Collections.Concurrent;
using Lockkeeper.LlamaCpp.Interop;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.LlamaCpp.Tests.Interop;

[CollectionDefinition(nameof(LlamaLogTests), DisableParallelization = true)] // llama.cpp has one log a process: an engine that another test starts would take it over
[Collection(nameof(LlamaLogTests))]
public sealed class LlamaLogTests : ILogger
{
    private const int Info = 2;
    private const int Warning = 3;
    private const int Error = 4;
    private const int Continued = 5;

    private readonly ConcurrentQueue<(LogLevel Level, string Line)> _lines = new();

    [Fact]
    public void Pieces_become_lines_at_quieter_levels_and_errors_are_kept_for_who_asks()
    {
        var mark = Guid.NewGuid().ToString();
        LlamaLog.Attach(this);
        LlamaLog.Append(Info, Utf8($"{mark} loading ."));
        LlamaLog.Append(Continued, "."u8);
        LlamaLog.Append(Continued, ".\n"u8);
        LlamaLog.Append(Warning, Utf8($"{mark} odd\n{mark} more\n"));
        LlamaLog.Append(Error, Utf8($"{mark} broken\n"));
        LlamaLog.KeepErrors();
        LlamaLog.Append(Error, Utf8($"{mark} kept\n"));
        LlamaLog.TakeErrors().ShouldBe([$"{mark} kept"]);
        LlamaLog.ExpectStop(true);
        LlamaLog.Append(Error, Utf8($"{mark} stopped\n"));
        LlamaLog.ExpectStop(false);
        _lines.Where(line => line.Line.StartsWith(mark, StringComparison.Ordinal)).ShouldBe([
            (LogLevel.Debug, $"{mark} loading ..."),
            (LogLevel.Warning, $"{mark} odd"),
            (LogLevel.Warning, $"{mark} more"),
            (LogLevel.Error, $"{mark} broken"),
            (LogLevel.Debug, $"{mark} kept"),
            (LogLevel.Debug, $"{mark} stopped"),
        ]);
        LlamaLog.TakeErrors().ShouldBeEmpty();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception)));

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
