using System.ComponentModel;
using System.Globalization;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>
/// The program <c>claude</c> in place of Anthropic's API, for who has it and no key: asked once per request, with the conversation on its standard input. It answers as any engine does, in one piece.
/// What it has no way to be told (images, tools, how to sample, how long an answer may be) stays unsaid, but for images, without which the question would be another.
/// </summary>
/// <param name="executable">Absolute path of the program.</param>
/// <param name="limit">How long it may take.</param>
/// <param name="time">The clock.</param>
internal sealed class ClaudeCommand(string executable, TimeSpan limit, TimeProvider time)
{
    /// <summary>Linux takes no argument of more than 128 KiB. A longer system prompt goes ahead of the conversation.</summary>
    private const int LongestArgument = 120 * 1024;

    /// <summary>Its words on an error that are passed on.</summary>
    private const int LongestExcerpt = 300;

    /// <summary>From SIGKILL to the end of a process: the kernel's affair, but not for ever.</summary>
    private static readonly TimeSpan PatienceWithTheDead = TimeSpan.FromSeconds(5);

    /// <summary>Whether requests for an engine may be answered by the program: Anthropic's own API, without a key.</summary>
    public static bool StandsFor(EngineSpec engine) =>
        engine is { Lifecycle: Lifecycle.Cloud, ApiKey: null, Dialects: [EngineDialect.Anthropic], Url.Host: "api.anthropic.com" };

    /// <summary>Where it is: <c>$SLUICE_CLAUDE_BIN</c>, or <c>claude</c> on <c>PATH</c> or in <c>~/.local/bin</c>.</summary>
    /// <param name="variable">Environment variables.</param>
    /// <returns>Null when it is not installed.</returns>
    public static string? Find(Func<string, string?> variable)
    {
        if (variable("SLUICE_CLAUDE_BIN") is { Length: > 0 } named)
        {
            return IsProgram(named) ? Path.GetFullPath(named) : null;
        }

        var folders = (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted);
        var own = variable("HOME") is { Length: > 0 } home ? [Path.Combine(home, ".local", "bin")] : Array.Empty<string>();
        return folders.Concat(own).Select(folder => Path.Combine(folder, "claude")).FirstOrDefault(IsProgram);
    }

    /// <summary>Asks it, and tells the answer, or why there is none.</summary>
    /// <exception cref="OperationCanceledException">The client has left; the program and all it has started are gone.</exception>
    public async Task AskAsync(ChatTurn turn, IAnswerSink sink, CancellationToken clientGone)
    {
        if (turn.Messages.Any(message => message.Parts.Any(part => part is ChatPart.Media)))
        {
            sink.Fail(new AnswerFailure(400, "unsupported", "the program 'claude' is asked in text, and the request has an image; set ANTHROPIC_API_KEY to have the API asked instead"));
            return;
        }

        var (arguments, prompt) = Question(turn);
        ClaudeProcess process;
        try
        {
            process = ClaudeProcess.Start(executable, arguments, prompt);
        }
        catch (Exception refused) when (refused is Win32Exception or PlatformNotSupportedException)
        {
            sink.Fail(new AnswerFailure(503, "claude_not_started", $"'{executable}' cannot be started: {refused.Message}"));
            return;
        }

        await using (process)
        {
            using var late = new CancellationTokenSource(limit, time);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, clientGone);
            try
            {
                await process.Ended.WaitAsync(ended.Token);
            }
            catch (OperationCanceledException)
            {
                await process.KillAsync(PatienceWithTheDead, time);
                clientGone.ThrowIfCancellationRequested();
                sink.Fail(new AnswerFailure(504, "claude_timeout", $"'{executable}' had not answered after {HumanDuration.Format(limit)}, and was stopped"));
                return;
            }

            Tell(process, await process.Ended, sink);
        }
    }

    /// <summary>Each value is part of the argument that names it: whatever a client has written, it is no option.</summary>
    internal static (IReadOnlyList<string> Arguments, string Prompt) Question(ChatTurn turn)
    {
        List<string> arguments = ["-p", "--output-format=json", $"--model={turn.Model}", "--tools=", "--strict-mcp-config", "--setting-sources=", "--no-session-persistence"];
        var system = string.Join("\n\n", turn.Messages.Where(message => message.Role == ChatRole.System).Select(TextOf));
        var talk = turn.Messages.Where(message => message.Role != ChatRole.System).ToList();
        var prompt = talk is [var only] ? TextOf(only) : string.Join("\n\n", talk.Select(message => $"{NameOf(message.Role)}:\n{TextOf(message)}"));
        if (system.Length == 0)
        {
            return (arguments, prompt);
        }

        if (Encoding.UTF8.GetByteCount(system) > LongestArgument || system.Contains('\0'))
        {
            return (arguments, $"{system}\n\n{prompt}");
        }

        arguments.Add($"--system-prompt={system}");
        return (arguments, prompt);
    }

    private void Tell(ClaudeProcess process, ExitStatus exit, IAnswerSink sink)
    {
        var answer = ClaudeAnswer.Read(process.Output);
        if (exit.Code != 0 || answer is null or { IsError: true })
        {
            var said = answer is { IsError: true, Text.Length: > 0 } ? answer.Text : process.Errors;
            var how = exit.Signal is not null ? exit.ToString() : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exit.Code}");
            sink.Fail(new AnswerFailure(answer?.Status ?? 502, "claude_failed", $"'{executable}' {how}: {Excerpt(said)}"));
            return;
        }

        if (answer.Text.Length == 0)
        {
            sink.Fail(new AnswerFailure(502, "claude_failed", $"'{executable}' has answered nothing"));
            return;
        }

        sink.Begin();
        sink.Text(answer.Text);
        sink.End(new AnswerEnd(answer.Finish, answer.Usage));
    }

    private static string TextOf(ChatMessage message) => string.Join("\n", message.Parts.Select(part => part switch
    {
        ChatPart.Text text => text.Value,
        ChatPart.ToolCall call => $"[{call.Name} {call.Arguments}]",
        ChatPart.ToolResult result => string.Join("\n", result.Content.OfType<ChatPart.Text>().Select(text => text.Value)),
        _ => null,
    }).OfType<string>());

    private static string NameOf(ChatRole role) => role switch
    {
        ChatRole.Assistant => "Assistant",
        ChatRole.Tool => "Tool",
        _ => "User",
    };

    private static string Excerpt(string text)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        return line.Length == 0 ? "it said nothing of why" : line.Length <= LongestExcerpt ? line : $"{line.AsSpan(0, LongestExcerpt)}…";
    }

    private static bool IsProgram(string path) => File.Exists(path) && (OperatingSystem.IsWindows() || Posix.MayExecute(path));
}
