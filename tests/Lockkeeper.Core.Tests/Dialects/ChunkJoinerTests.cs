using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Tests.Dialects.Leaks;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class ChunkJoinerTests
{
    [Fact]
    public void So_many_pieces_become_one()
    {
        var (told, joiner) = Joiner(3);
        foreach (var piece in (string[])["a", "b", "c", "d", "e", "f", "g"])
        {
            joiner.Text(piece);
        }

        told.Texts.ShouldBe(["abc", "def"]);
        joiner.End(new AnswerEnd(AnswerFinish.Stop, null));
        told.Texts.ShouldBe(["abc", "def", "g"]);
        told.Parts[^1].ShouldBe("end: Stop");
    }

    [Fact]
    public void What_is_of_another_kind_is_told_in_its_place()
    {
        var (told, joiner) = Joiner(100);
        joiner.Reasoning("r");
        joiner.Reasoning("s");
        joiner.Signature("p");
        joiner.Text("t");
        joiner.Reasoning("u");
        joiner.Text("v");
        joiner.ToolCall(0, "id", "f");
        joiner.Text("w");
        joiner.Arguments(0, "{");
        told.Parts.ShouldBe(["think: rs", "signature: p", "text: t", "think: u", "text: v", "call 0: f", "text: w", "args 0: {"]);
    }

    [Fact]
    public void What_was_gathered_is_not_lost_when_the_engine_fails()
    {
        var (told, joiner) = Joiner(100);
        joiner.Text("t");
        joiner.Fail(new AnswerFailure(500, null, "broken"));
        told.Parts.ShouldBe(["text: t", "fail: broken"]);
    }

    [Fact]
    public void The_count_begins_anew_behind_each_joined_piece()
    {
        var (told, joiner) = Joiner(2);
        joiner.Text("a");
        joiner.ToolCall(0, "id", "f");
        joiner.Text("b");
        told.Texts.ShouldBe(["a"]);
        joiner.Text("c");
        told.Texts.ShouldBe(["a", "bc"]);
    }

    private static (Told Told, ChunkJoiner Joiner) Joiner(int count)
    {
        var told = new Told();
        var joiner = new ChunkJoiner(told, count);
        joiner.Begin();
        return (told, joiner);
    }
}
