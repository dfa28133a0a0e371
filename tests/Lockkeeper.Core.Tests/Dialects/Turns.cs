using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Core.Tests.Dialects;

/// <summary>Random chats, and what they are made of, in the words that any dialect has. What a dialect has no word for, its tests take out.</summary>
/// <remarks>
/// Whole ones are in the form that readers give: no empty text, no two system messages or two tool messages in a row, one text in a message of the system or of the assistant, and what the
/// assistant says in the order reasoning, text, calls, with each call answered by the next message.
/// </remarks>
internal static class Turns
{
    private static readonly string[] Words = ["a", "Ä", "日本", "🙂", "\"quoted\"", "back\\slash", "line\nbreak", "\t", "</think>", "{\"json\":1}", "\u0001", " ", "<b>&amp;</b>", "x-anthropic"];

    private static readonly string[] Schemas = ["""{"type":"object"}""", """{"type":"object","properties":{"city":{"type":"string","description":"Where \"it\" is"}},"required":["city"]}""", "{}"];

    public static Gen<string> Text { get; } =
        from count in Gen.Choose(1, 5)
        from words in Gen.ArrayOf(Gen.Elements(Words), count)
        select new StringBuilder().AppendJoin(' ', words).ToString();

    public static Gen<string> Name { get; } = Gen.Elements("get_weather", "search", "mcp__fs__read", "日記");

    public static Gen<string> Schema { get; } = Gen.Elements(Schemas);

    /// <summary>The arguments of a call.</summary>
    public static Gen<string> Arguments { get; } = Gen.Elements("{}", """{"city":"Bonn"}""", """{"a":[1,2.50,{"b":null}],"s":"\u00e4 \" 😀"}""", """{ "spaced" : true }""");

    public static Gen<ChatPart> TextPart { get; } = Text.Select(ChatPart (text) => new ChatPart.Text(text));

    public static Gen<ChatPart> Image { get; } = Gen.Elements<ChatPart>(new ChatPart.Media("data:image/png;base64,iVBORw0KGgo="), new ChatPart.Media("data:image/jpeg;base64,/9j/4AAQ"));

    public static Gen<ToolSpec> Tool { get; } =
        from name in Name
        from description in Maybe(Text)
        from parameters in Maybe(Schema)
        from strict in MaybeValue(Gen.Elements(true, false))
        select new ToolSpec(name, description, parameters, strict);

    /// <summary>A tool as dialects have it that know of no strictness, and always want a schema.</summary>
    public static Gen<ToolSpec> PlainTool { get; } = from tool in Tool from schema in Schema select tool with { Parameters = schema, Strict = null };

    public static Gen<ToolChoice?> Choice { get; } =
        Gen.Elements<ToolChoice?>(null, new(ToolChoiceKind.Auto), new(ToolChoiceKind.None), new(ToolChoiceKind.Required), new(ToolChoiceKind.Named, "search"));

    public static Gen<Sampling> Sampling { get; } =
        from reals in Gen.ArrayOf(MaybeValue(Gen.Choose(0, 40).Select(tenths => tenths / 10.0)), 6)
        from topK in MaybeValue(Gen.Choose(1, 100).Select(number => (long)number))
        from seed in MaybeValue(Gen.Choose(0, int.MaxValue).Select(number => (long)number))
        select new Sampling
        {
            Temperature = reals[0],
            TopP = reals[1],
            MinP = reals[2],
            FrequencyPenalty = reals[3],
            PresencePenalty = reals[4],
            RepeatPenalty = reals[5],
            TopK = topK,
            Seed = seed,
        };

    public static Gen<ChatMessage> User { get; } =
        from count in Gen.Choose(1, 3)
        from parts in Gen.ArrayOf(Gen.OneOf(
            TextPart,
            Maybe(Gen.Elements("low", "auto")).Select(detail => (ChatPart)new ChatPart.Media("data:image/png;base64,iVBORw0KGgo=", detail)),
            Gen.Constant((ChatPart)new ChatPart.Media("data:application/pdf;base64,JVBERi0=", FileName: "paper.pdf"))), count)
        select new ChatMessage(ChatRole.User, [.. parts]);

    /// <summary>A round of the conversation: what the user says, what the assistant makes of it, and what the tools return. The last round may end with the user.</summary>
    public static Gen<ImmutableArray<ChatMessage>> Conversation { get; } =
        from system in Maybe(Text)
        from count in Gen.Choose(0, 3)
        from rounds in Gen.ArrayOf(Round, count)
        from last in User
        select Numbered([.. system is null ? [] : (ChatMessage[])[new ChatMessage(ChatRole.System, [new ChatPart.Text(system)])], .. rounds.SelectMany(round => round), last]);

    public static Gen<ChatTurn> Any { get; } =
        from stream in Gen.Elements(true, false)
        from messages in Conversation
        from toolCount in Gen.Choose(0, 2)
        from tools in Gen.ArrayOf(Tool, toolCount)
        from choice in Choice
        from parallel in MaybeValue(Gen.Elements(true, false))
        from sampling in Sampling
        from stopCount in Gen.Choose(0, 2)
        from stop in Gen.ArrayOf(Text, stopCount)
        from most in MaybeValue(Gen.Choose(1, 100_000).Select(number => (long)number))
        from format in Maybe(Gen.OneOf(
            Gen.Constant(new AnswerFormat()),
            from schema in Schema
            from strict in MaybeValue(Gen.Elements(true, false))
            select new AnswerFormat(schema, "shape", strict)))
        from thinking in Maybe(
            from enabled in Gen.Elements(true, false)
            from effort in Maybe(Gen.Elements("none", "low", "high"))
            from budget in MaybeValue(Gen.Choose(1_024, 32_000).Select(number => (long)number))
            select new Thinking(enabled, effort, budget))
        from kwargs in Maybe(Gen.Constant("""{"builtin_tools":["a"],"preserve":true}"""))
        select new ChatTurn
        {
            Model = "qwen3:8b",
            Stream = stream,
            Messages = messages,
            Tools = [.. tools],
            ToolChoice = tools.Length == 0 ? null : choice,
            ParallelToolCalls = tools.Length == 0 ? null : parallel,
            Sampling = sampling,
            Stop = [.. stop],
            MaxTokens = most,
            Format = format,
            Thinking = thinking,
            TemplateKwargs = kwargs,
        };

    private static Gen<ChatMessage[]> Round =>
        from user in User
        from reasoning in Maybe(Text)
        from text in Text
        from calls in Gen.Choose(0, 2)
        from results in Gen.ArrayOf(Maybe(Text), calls)
        select (ChatMessage[])
        [
            user,
            new ChatMessage(ChatRole.Assistant,
            [
                .. reasoning is null ? [] : (ChatPart[])[new ChatPart.Reasoning(reasoning)],
                new ChatPart.Text(text),
                .. results.Select((_, index) => new ChatPart.ToolCall($"{index}", index == 0 ? "search" : "get_weather", """{"city":"Köln"}""")),
            ]),
            .. calls == 0 ? [] : (ChatMessage[])[new ChatMessage(ChatRole.Tool, [.. results.Select(Result)])],
        ];

    /// <summary>Text that compares by what it holds, for the failure of a property.</summary>
    public static string Describe(ChatTurn turn)
    {
        var messages = turn.Messages.Select(message => $"{message.Role}: {string.Join(" | ", message.Parts.Select(Describe))}");
        return string.Join('\n', [.. messages, .. turn.Tools.Select(tool => tool.ToString()), string.Join(',', turn.Stop.Select(stop => $"<{stop}>")), (turn with { Messages = [], Tools = [], Stop = [] }).ToString()]);
    }

    private static string Describe(ChatPart part) => part is ChatPart.ToolResult result
        ? $"result {result.CallId} of {result.Name} error {result.IsError}: {string.Join(" | ", result.Content.Select(Describe))}"
        : part.ToString();

    private static ChatPart Result(string? text, int index) =>
        new ChatPart.ToolResult($"{index}", index == 0 ? "search" : "get_weather", text is null ? [] : [new ChatPart.Text(text)]);

    /// <summary>Gives each call an id of its own, and its result the same.</summary>
    private static ImmutableArray<ChatMessage> Numbered(IEnumerable<ChatMessage> messages) =>
        [.. messages.Select((message, at) => message with { Parts = [.. message.Parts.Select(part => part switch
        {
            ChatPart.ToolCall call => call with { Id = $"call_{at}_{call.Id}" },
            ChatPart.ToolResult result => result with { CallId = $"call_{at - 1}_{result.CallId}" },
            _ => part,
        })] })];

    public static Gen<T?> Maybe<T>(Gen<T> gen)
        where T : class => Gen.OneOf(Gen.Constant<T?>(null), gen.Select(value => (T?)value));

    public static Gen<T?> MaybeValue<T>(Gen<T> gen)
        where T : struct => Gen.OneOf(Gen.Constant<T?>(null), gen.Select(value => (T?)value));

    public static Gen<ImmutableArray<T>> Some<T>(Gen<T> item, int least, int most) =>
        from count in Gen.Choose(least, most) from items in Gen.ArrayOf(item, count) select items.ToImmutableArray();
}
