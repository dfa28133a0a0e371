using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Cloud;

/// <summary>With a script in place of the program: what it is given is what counts.</summary>
public sealed class ClaudeCommandTests : IDisposable
{
    private const string Answer = """{"type":"result","is_error":false,"result":"Hello.","stop_reason":"end_turn","usage":{"input_tokens":3,"cache_creation_input_tokens":10,"cache_read_input_tokens":20,"output_tokens":5}}""";

    private readonly TemporaryFolder _folder = new();
    private readonly Heard _heard = new();

    private string Program => Path.Combine(_folder.Path, "claude");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_answers_as_any_engine_does()
    {
        await AskAsync($"cat >/dev/null; echo '{Answer}'", Turn("hi"));
        _heard.Words.ShouldBe(["begin", "Hello.", "end Stop 33/5 cached 20"]);
    }

    [Fact]
    public async Task What_a_client_writes_is_never_an_option()
    {
        var turn = Turn("--dangerously-skip-permissions", system: "-p; $(touch x) `id`\n--tools=Bash", model: "-m");
        await AskAsync($"printf '%s\\0' \"$@\" > '{_folder.Path}/arguments'; cat > '{_folder.Path}/prompt'; echo '{Answer}'", turn);
        var arguments = (await File.ReadAllTextAsync($"{_folder.Path}/arguments", TestContext.Current.CancellationToken)).TrimEnd('\0').Split('\0');
        arguments.ShouldBe(["-p", "--output-format=json", "--model=-m", "--tools=", "--strict-mcp-config", "--setting-sources=", "--no-session-persistence", "--system-prompt=-p; $(touch x) `id`\n--tools=Bash"]);
        (await File.ReadAllTextAsync($"{_folder.Path}/prompt", TestContext.Current.CancellationToken)).ShouldBe("--dangerously-skip-permissions");
    }

    [Fact]
    public async Task A_prompt_of_any_length_arrives_whole_and_a_long_system_prompt_goes_ahead_of_it()
    {
        var (prompt, system) = (new string('p', 1_000_000), new string('s', 200_000));
        await AskAsync($"wc -c | tr -d ' \\n' > '{_folder.Path}/length'; echo '{Answer}'", Turn(prompt, system));
        _heard.Words.ShouldContain("Hello.");
        (await File.ReadAllTextAsync($"{_folder.Path}/length", TestContext.Current.CancellationToken)).ShouldBe("1200002");
    }

    [Fact]
    public void A_conversation_is_written_with_its_speakers()
    {
        var turn = Turn("a") with
        {
            Messages = [new(ChatRole.System, [new ChatPart.Text("one")]), Said(ChatRole.User, "a"), Said(ChatRole.Assistant, "b"), new(ChatRole.System, [new ChatPart.Text("two")]), Said(ChatRole.User, "c")],
        };
        var (arguments, prompt) = ClaudeCommand.Question(turn);
        arguments[^1].ShouldBe("--system-prompt=one\n\ntwo");
        prompt.ShouldBe("User:\na\n\nAssistant:\nb\n\nUser:\nc");
    }

    [Theory]
    [InlineData("cat >/dev/null; echo 'no key\nfor you' >&2; exit 3", "502 claude_failed", "ended with exit code 3: no key for you")]
    [InlineData("exit 4", "502 claude_failed", "ended with exit code 4: it said nothing of why")]
    [InlineData("echo 'no JSON'", "502 claude_failed", "ended with exit code 0: it said nothing of why")]
    [InlineData("kill -9 $$", "502 claude_failed", "was ended by SIGKILL")]
    [InlineData("""echo '{"result":""}'""", "502 claude_failed", "has answered nothing")]
    [InlineData("""echo '{"result":"Overloaded","is_error":true,"api_error_status":529}'; exit 1""", "529 claude_failed", "ended with exit code 1: Overloaded")]
    public async Task How_it_failed_is_told(string script, string failure, string words)
    {
        await AskAsync(script, Turn("hi"));
        var told = _heard.Words.ShouldHaveSingleItem();
        told.ShouldStartWith($"fail {failure} ");
        told.ShouldContain(words);
    }

    [Fact]
    public async Task A_client_that_leaves_takes_all_its_processes_along()
    {
        using var leave = new CancellationTokenSource();
        var pids = $"{_folder.Path}/pids";
        var asking = AskAsync($"sleep 600 & echo $$ $! > '{pids}.new'; mv '{pids}.new' '{pids}'; wait", Turn("hi"), leave: leave.Token);
        await Eventually.True(() => File.Exists(pids), "it runs");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asking);
        foreach (var pid in (await File.ReadAllTextAsync(pids, TestContext.Current.CancellationToken)).Split(' ').Select(int.Parse))
        {
            await Eventually.True(() => !ProcessTable.IsAlive(pid), $"{pid} is gone");
        }

        _heard.Words.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_takes_too_long_is_stopped()
    {
        var time = new ManualTime();
        var pid = $"{_folder.Path}/pid";
        var asking = AskAsync($"echo $$ > '{pid}.new'; mv '{pid}.new' '{pid}'; exec sleep 600", Turn("hi"), time);
        await Eventually.True(() => File.Exists(pid), "it runs");
        time.Advance(TimeSpan.FromMinutes(3));
        await asking;
        _heard.Words.ShouldHaveSingleItem().ShouldContain("504 claude_timeout");
        ProcessTable.IsAlive(int.Parse(await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken))).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_started_or_asked_is_told()
    {
        await new ClaudeCommand("/nowhere/claude", TimeSpan.FromMinutes(3), TimeProvider.System).AskAsync(Turn("hi"), _heard, TestContext.Current.CancellationToken);
        _heard.Words.ShouldHaveSingleItem().ShouldStartWith("fail 503 claude_not_started '/nowhere/claude' cannot be started: ");
        _heard.Words.Clear();
        await AskAsync("exit 0", Turn("hi") with { Messages = [new(ChatRole.User, [new ChatPart.Media("data:image/png;base64,AA")])] });
        _heard.Words.ShouldHaveSingleItem().ShouldStartWith("fail 400 unsupported ");
    }

    [Fact]
    public void It_is_looked_for_where_sluice_looks()
    {
        Script.Write(Program, "exit 0");
        Find(("SLUICE_CLAUDE_BIN", Program)).ShouldBe(Program);
        Find(("PATH", $"/nowhere:{_folder.Path}")).ShouldBe(Program);
        Find(("SLUICE_CLAUDE_BIN", "/nowhere/claude"), ("PATH", _folder.Path)).ShouldBeNull("who names one means that one");
        Find(("HOME", _folder.Path)).ShouldBeNull();
        var own = Directory.CreateDirectory(Path.Combine(_folder.Path, ".local", "bin")).FullName;
        File.Move(Program, Path.Combine(own, "claude"));
        Find(("HOME", _folder.Path)).ShouldBe(Path.Combine(own, "claude"));

        static string? Find(params (string Name, string Value)[] variables) => ClaudeCommand.Find(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
    }

    [Fact]
    public void It_stands_for_the_api_of_its_maker_where_there_is_no_key()
    {
        var engine = new EngineSpec { Name = "c", Command = [], Lifecycle = Lifecycle.Cloud, Dialects = [EngineDialect.Anthropic], Url = new Uri("https://api.anthropic.com") };
        ClaudeCommand.StandsFor(engine).ShouldBeTrue();
        ClaudeCommand.StandsFor(engine with { ApiKey = new Secret("k") }).ShouldBeFalse();
        ClaudeCommand.StandsFor(engine with { Url = new Uri("https://example.org") }).ShouldBeFalse();
        ClaudeCommand.StandsFor(engine with { Dialects = [EngineDialect.Openai] }).ShouldBeFalse();
    }

    private static ChatMessage Said(ChatRole role, string text) => new(role, [new ChatPart.Text(text)]);

    private static ChatTurn Turn(string prompt, string? system = null, string model = "claude-x") => new()
    {
        Model = model,
        Messages = [.. system is null ? ImmutableArray<ChatMessage>.Empty : [Said(ChatRole.System, system)], Said(ChatRole.User, prompt)],
    };

    private Task AskAsync(string script, ChatTurn turn, TimeProvider? time = null, CancellationToken leave = default)
    {
        Script.Write(Program, script);
        return new ClaudeCommand(Program, TimeSpan.FromMinutes(3), time ?? TimeProvider.System).AskAsync(turn, _heard, leave);
    }

    private sealed class Heard : IAnswerSink
    {
        public List<string> Words { get; } = [];

        public void Begin() => Words.Add("begin");

        public void Reasoning(ReadOnlySpan<char> text) => throw new NotSupportedException();

        public void Signature(ReadOnlySpan<char> signature) => throw new NotSupportedException();

        public void Text(ReadOnlySpan<char> text) => Words.Add(text.ToString());

        public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) => throw new NotSupportedException();

        public void Arguments(int index, ReadOnlySpan<char> json) => throw new NotSupportedException();

        public void End(in AnswerEnd end) => Words.Add($"end {end.Finish} {end.Usage?.Prompt}/{end.Usage?.Completion} cached {end.Usage?.Cached}");

        public void Fail(AnswerFailure failure) => Words.Add($"fail {failure.Status} {failure.Code} {failure.Message}");
    }
}
