using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaRequestWriterTests
{
    [Fact]
    public void A_turn_is_written_as_far_as_Ollama_has_words_for_it() => Written(new ChatTurn
    {
        Model = "m",
        Messages =
        [
            new ChatMessage(ChatRole.User, [new ChatPart.Text("a"), new ChatPart.Text("b"), new ChatPart.Media("data:image/png;base64,iVBO"), new ChatPart.Media("https://x/y.png"), new ChatPart.Media("data:application/pdf;base64,JVBE", FileName: "a.pdf")]),
            new ChatMessage(ChatRole.Assistant, [new ChatPart.Reasoning("Hm", "s"), new ChatPart.ToolCall("t1", "ls", "")]),
            new ChatMessage(ChatRole.Tool, [new ChatPart.ToolResult("t1", "ls", [new ChatPart.Text("x")]), new ChatPart.ToolResult("t2", null, [])]),
        ],
        Tools = [new ToolSpec("ls", "Lists", "{}"), new ToolSpec("pwd", null, null)],
        ToolChoice = new ToolChoice(ToolChoiceKind.Named, "pwd"),
        MaxTokens = 9,
        Stop = ["END"],
        Format = new AnswerFormat(),
        Thinking = new Thinking(true, "xhigh"),
    }).ShouldBe(
        """{"model":"m","messages":[{"role":"user","content":"a\nb\n[https://x/y.png]\n[a.pdf]","images":["iVBO"]},"""
        + """{"role":"assistant","content":"","thinking":"Hm","tool_calls":[{"id":"t1","function":{"name":"ls","arguments":{}}}]},"""
        + """{"role":"tool","content":"x","tool_name":"ls","tool_call_id":"t1"},{"role":"tool","content":"","tool_call_id":"t2"}],"""
        + """ "stream":false,"tools":[{"type":"function","function":{"name":"pwd"}}],"format":"json","think":"high","options":{"num_predict":9,"stop":["END"]}}""".TrimStart());

    [Fact]
    public void A_turn_is_read_as_it_was_written() =>
        Prop.ForAll(Expressible().ToArbitrary(), turn => Turns.Describe(OllamaChatReaderTests.Turn(Written(turn))).ShouldBe(Turns.Describe(turn))).QuickCheckThrowOnFailure();

    /// <summary>Turns that Ollama has words for: one text to a message, images before it, nothing that has to be called.</summary>
    private static Gen<ChatTurn> Expressible()
    {
        var images = Turns.Some(Turns.Image, 0, 2);
        var user = from shown in images from text in Turns.TextPart select new ChatMessage(ChatRole.User, shown.Add(text));
        var rounds = Gen.ListOf(from asked in user
                                from thought in Turns.Maybe(Turns.Text)
                                from said in Turns.TextPart
                                from calls in Turns.Some(from name in Turns.Name from arguments in Turns.Arguments select (name, arguments), 0, 2)
                                from results in Turns.Some(Turns.TextPart, 2, 2)
                                select (asked, thought, said, calls, results));
        return from system in Turns.Maybe(Turns.TextPart)
               from conversation in rounds
               from last in user
               from tools in Turns.Some(Turns.PlainTool, 0, 2)
               from sampling in from t in Turns.MaybeValue(Gen.Elements(0, 0.7)) from k in Turns.MaybeValue(Gen.Elements(1L, 40)) from s in Turns.MaybeValue(Gen.Elements(-1L, 7)) from r in Turns.MaybeValue(Gen.Elements(1.1)) select new Sampling { Temperature = t, TopK = k, Seed = s, RepeatPenalty = r, MinP = t, TopP = t, FrequencyPenalty = r, PresencePenalty = r }
               from stop in Turns.Some(Turns.Text, 0, 2)
               from thinking in Gen.Elements(null, new Thinking(false), new Thinking(true), new Thinking(true, "low"), new Thinking(true, "medium"))
               from format in Gen.OneOf(Gen.Elements(null, new AnswerFormat()), Turns.Schema.Select(AnswerFormat? (schema) => new AnswerFormat(schema)))
               from stream in Gen.Elements(true, false)
               from tokens in Turns.MaybeValue(Gen.Elements(0L, 64))
               select new ChatTurn
               {
                   Model = "m",
                   Stream = stream,
                   MaxTokens = tokens,
                   Messages =
                   [
                       .. system is null ? [] : new[] { new ChatMessage(ChatRole.System, [system]) },
                       .. conversation.SelectMany((round, index) => Round(index, round.asked, [.. round.thought is null ? [] : new ChatPart[] { new ChatPart.Reasoning(round.thought) }, round.said], [.. round.calls], [.. round.results])),
                       last,
                   ],
                   Tools = tools,
                   Sampling = sampling,
                   Stop = stop,
                   Thinking = thinking,
                   Format = format,
               };
    }

    private static ChatMessage[] Round(int round, ChatMessage asked, ChatPart[] said, (string Name, string Arguments)[] calls, ChatPart[] results)
    {
        var made = calls.Select((call, index) => new ChatPart.ToolCall($"t{round}.{index}", call.Name, call.Arguments)).ToList();
        ChatMessage[] messages = [asked, new ChatMessage(ChatRole.Assistant, [.. said, .. made])];
        return made is [] ? messages : [.. messages, new ChatMessage(ChatRole.Tool, [.. made.Select((call, index) => new ChatPart.ToolResult(call.Id, call.Name, [results[index]]))])];
    }

    private static string Written(ChatTurn turn)
    {
        var output = new ArrayBufferWriter<byte>();
        new OllamaEngine().WriteRequest(turn, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
