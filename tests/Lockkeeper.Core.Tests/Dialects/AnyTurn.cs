using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Core.Tests.Dialects;

/// <summary>Turns as they may come, made of what all dialects can say; each dialect's tests take away or add what theirs cannot or can.</summary>
internal static class AnyTurn
{
    public static readonly Gen<string> Words = Gen.Elements("Hi", "ä € 😀", "line\nline\t\"quoted\" \\", "<b>&amp;</b>", "{\"a\":1}", " ", "x-anthropic", "日本語");

    public static readonly Gen<string> Names = Gen.Elements("get_weather", "ls", "日記");

    public static readonly Gen<string> Objects = Gen.Elements("{}", """{"city":"Bonn"}""", """{"a":[1,2.50,{"b":null}],"s":"\u00e4 \" 😀"}""", """{ "spaced" : true }""");

    public static readonly Gen<string> Schemas = Gen.Elements("""{"type":"object"}""", """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

    public static readonly Gen<ChatPart> Texts = Words.Select(ChatPart (text) => new ChatPart.Text(text));

    public static readonly Gen<ChatPart> Images = Gen.Elements<ChatPart>(new ChatPart.Media("data:image/png;base64,iVBORw0KGgo="), new ChatPart.Media("data:image/jpeg;base64,/9j/4AAQ"));

    public static readonly Gen<ToolSpec> Tools = from name in Names from description in Maybe(Words) from schema in Schemas select new ToolSpec(name, description, schema);

    public static readonly Gen<ToolChoice?> Choices = Gen.Elements<ToolChoice?>(null, new(ToolChoiceKind.Auto), new(ToolChoiceKind.None), new(ToolChoiceKind.Required), new(ToolChoiceKind.Named, "get_weather"));

    public static Gen<T?> Maybe<T>(Gen<T> some)
        where T : class => Gen.OneOf(Gen.Constant<T?>(null), some.Select(T? (value) => value));

    public static Gen<T?> Perhaps<T>(Gen<T> some)
        where T : struct => Gen.OneOf(Gen.Constant<T?>(null), some.Select(T? (value) => value));

    public static Gen<ImmutableArray<T>> Some<T>(Gen<T> item, int least, int most) =>
        from count in Gen.Choose(least, most) from items in Gen.ArrayOf(item, count) select items.ToImmutableArray();

    /// <summary>Whether two turns say the same. A record of arrays is not equal to another one by itself.</summary>
    public static bool Same(ChatTurn left, ChatTurn right) =>
        left.Messages.SequenceEqual(right.Messages) && left.Tools.SequenceEqual(right.Tools) && left.Stop.SequenceEqual(right.Stop)
        && left == (right with { Messages = left.Messages, Tools = left.Tools, Stop = left.Stop });
}
