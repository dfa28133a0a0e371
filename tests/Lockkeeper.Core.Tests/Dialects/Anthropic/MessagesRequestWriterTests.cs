using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class MessagesRequestWriterTests
{
    [Fact]
    public void Two_speakers_take_turns_and_tools_answer_first() => Written(new ChatTurn
    {
        Model = "claude",
        Messages =
        [
            new ChatMessage(ChatRole.System, [new ChatPart.Text("Be kind.")]),
            new ChatMessage(ChatRole.User, [new ChatPart.Text("Hi")]),
            new ChatMessage(ChatRole.User, [new ChatPart.Media("data:image/png;base64,iVBO")]),
            new ChatMessage(ChatRole.Assistant, [new ChatPart.Reasoning("unsigned"), new ChatPart.Text(""), new ChatPart.ToolCall("t1", "ls", "")]),
            new ChatMessage(ChatRole.Assistant, [new ChatPart.ToolCall("t2", "ls", "{broken")]),
            new ChatMessage(ChatRole.User, [new ChatPart.Text("Well?")]),
            new ChatMessage(ChatRole.Tool, [new ChatPart.ToolResult("t1", "ls", [new ChatPart.Text("a")]), new ChatPart.ToolResult("t2", "ls", [], true)]),
            new ChatMessage(ChatRole.System, [new ChatPart.Text("Be brief.")]),
            new ChatMessage(ChatRole.User, []),
        ],
    }).ShouldBe(
        """{"model":"claude","max_tokens":4096,"system":[{"type":"text","text":"Be kind."},{"type":"text","text":"Be brief."}],"messages":["""
        + """{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]},"""
        + """{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"ls","input":{}},{"type":"tool_use","id":"t2","name":"ls","input":{"arguments":"{broken"}}]},"""
        + """{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"a"},{"type":"tool_result","tool_use_id":"t2","is_error":true},{"type":"text","text":"Well?"}]}]}""");

    [Fact]
    public void What_the_API_has_no_word_for_is_left_out() => Written(new ChatTurn
    {
        Model = "claude",
        MaxTokens = 10,
        Messages = [new ChatMessage(ChatRole.User, [new ChatPart.Text("Hi")])],
        Sampling = new Sampling { Temperature = 0.1, Seed = 7, MinP = 0.1, FrequencyPenalty = 1, PresencePenalty = 1, RepeatPenalty = 1.1 },
        Format = new AnswerFormat(),
        ToolChoice = new ToolChoice(ToolChoiceKind.Auto),
        TemplateKwargs = "{}",
        IncludeUsage = true,
    }).ShouldBe("""{"model":"claude","max_tokens":10,"messages":[{"role":"user","content":"Hi"}],"temperature":0.1}""");

    [Fact]
    public void A_budget_to_think_has_room_beside_the_answer() => Written(new ChatTurn { Model = "c", Thinking = new Thinking(true, "minimal", 10_000) }).ShouldBe(
        """{"model":"c","max_tokens":14096,"messages":[],"thinking":{"type":"enabled","budget_tokens":10000},"output_config":{"effort":"low"}}""");

    [Fact]
    public void A_turn_is_read_as_it_was_written() =>
        Prop.ForAll(Expressible().Where(turn => turn.Messages.Any(message => message.Role != ChatRole.System)).ToArbitrary(), turn => Turns.Describe(MessagesRequestReaderTests.Turn(Written(turn))).ShouldBe(Turns.Describe(turn))).QuickCheckThrowOnFailure();

    /// <summary>Turns that Anthropic's API has words for: two speakers who take turns, signed thoughts, a limit.</summary>
    private static Gen<ChatTurn> Expressible()
    {
        var documents = Gen.Elements<ChatPart>(new ChatPart.Media("data:application/pdf;base64,JVBE", FileName: "a.pdf"), new ChatPart.Media("https://x/y.png"), new ChatPart.Media("https://x/y", FileName: "y.pdf"));
        var user = Turns.Some(Gen.OneOf(Turns.TextPart, Turns.Image, documents), 1, 3).Select(parts => new ChatMessage(ChatRole.User, parts));
        var thoughts = Gen.Elements<ChatPart>(new ChatPart.Reasoning("Hm", "s1g=="), new ChatPart.Reasoning("", "omitted=="), new ChatPart.Reasoning("", "redacted:c2Vj"));
        var rounds = Gen.ListOf(from asked in user
                                from said in Turns.Some(Gen.OneOf(Turns.TextPart, thoughts), 1, 3)
                                from calls in Turns.Some(from name in Turns.Name from arguments in Turns.Arguments select (name, arguments), 0, 2)
                                from results in Turns.Some(Turns.Some(Gen.OneOf(Turns.TextPart, Turns.Image), 0, 2), 2, 2)
                                from failed in Gen.Elements(true, false)
                                select Round(asked, said, calls, results, failed));
        return from system in Turns.Some(Turns.TextPart, 0, 2)
               from conversation in rounds
               from last in Turns.Maybe(user)
               from tools in Turns.Some(Turns.PlainTool, 0, 2)
               from choice in Turns.Choice
               from parallel in Gen.Elements(true, false)
               from sampling in from t in Turns.MaybeValue(Gen.Elements(0, 0.7, 1)) from p in Turns.MaybeValue(Gen.Elements(0.9, 1)) from k in Turns.MaybeValue(Gen.Elements(1L, 40)) select new Sampling { Temperature = t, TopP = p, TopK = k }
               from stop in Turns.Some(Turns.Text, 0, 2)
               from thinking in Gen.Elements(null, new Thinking(false), new Thinking(true), new Thinking(true, "high"), new Thinking(true, null, 2048))
               from format in Turns.Maybe(Turns.Schema.Select(schema => new AnswerFormat(schema)))
               from stream in Gen.Elements(true, false)
               from tokens in Gen.Choose(1, 9000)
               select Fitted(new ChatTurn
               {
                   Model = "m",
                   Stream = stream,
                   MaxTokens = tokens,
                   Messages = [.. system.IsEmpty ? [] : new[] { new ChatMessage(ChatRole.System, system) }, .. conversation.SelectMany(round => round), .. last is null ? [] : new[] { last }],
                   Tools = tools,
                   ToolChoice = choice,
                   ParallelToolCalls = parallel,
                   Sampling = sampling,
                   Stop = stop,
                   Thinking = thinking,
                   Format = format,
               });
    }

    private static ChatMessage[] Round(
        ChatMessage asked, IEnumerable<ChatPart> said, IEnumerable<(string Name, string Arguments)> calls, IReadOnlyList<System.Collections.Immutable.ImmutableArray<ChatPart>> results, bool failed)
    {
        var made = calls.Select((call, index) => new ChatPart.ToolCall($"t{index}", call.Name, call.Arguments)).ToList();
        ChatMessage[] round = [asked, new ChatMessage(ChatRole.Assistant, [.. said, .. made])];
        return made is []
            ? round
            : [.. round, new ChatMessage(ChatRole.Tool, [.. made.Select((call, index) => new ChatPart.ToolResult(call.Id, call.Name, results[index], failed))]), new ChatMessage(ChatRole.Assistant, [new ChatPart.Text("Done.")])];
    }

    /// <summary>A choice needs something to choose from; how many at once is said with the choice, and not where nothing may be called.</summary>
    private static ChatTurn Fitted(ChatTurn turn)
    {
        var isChoosable = !turn.Tools.IsEmpty && (turn.ToolChoice?.Name is null || turn.Tools.Any(tool => tool.Name == turn.ToolChoice.Name));
        return turn with
        {
            ToolChoice = isChoosable ? turn.ToolChoice : null,
            ParallelToolCalls = isChoosable && turn.ToolChoice is { Kind: not ToolChoiceKind.None } ? turn.ParallelToolCalls : null,
            ContinuesLastMessage = turn.Messages is [.., { Role: ChatRole.Assistant }],
        };
    }

    private static string Written(ChatTurn turn)
    {
        var output = new ArrayBufferWriter<byte>();
        new AnthropicEngine().WriteRequest(turn, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
