using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class ModelRewriterTests
{
    [Theory]
    [InlineData("""{"id":"x","model":"real","choices":[]}""", """{"id":"x","model":"asked","choices":[]}""")]
    [InlineData("""{ "model" : "real" }""", """{ "model" : "asked" }""")]
    [InlineData("{\n  \"model\"\t:\r\n \"real\"\n}", "{\n  \"model\"\t:\r\n \"asked\"\n}")]
    [InlineData("""{"model":"re\"al\\","b":1}""", """{"model":"asked","b":1}""")]
    [InlineData("""{"model":"asked"}""", """{"model":"asked"}""")]
    [InlineData("""{"data":[{"embedding":[1,2]},{"model":"deep"}],"model":"real"}""", """{"data":[{"embedding":[1,2]},{"model":"deep"}],"model":"asked"}""")]
    public void The_model_of_a_whole_answer_is_replaced(string answer, string expected) => EveryCut(BodyFraming.Whole, answer, expected);

    [Theory]
    [InlineData("""{"choices":[{"model":"deep"}],"usage":{"model":"deep"}}""")]
    [InlineData("""{"message":{"model":"deep"},"response":{"model":"deep"}}""")]
    [InlineData("""{"text":"\"model\":\"said\"","a":"model","b":["model"],"model":null}""")]
    [InlineData("""{"model":7,"x":"y"}""")]
    [InlineData("""{"model":{"model":"deep"}}""")]
    [InlineData("""{"models":"a","mode":"b","xmodel":"c","model2":"d","my\"model":"e"}""")]
    [InlineData("""[{"model":"deep"}]""")]
    [InlineData("""{"a":"\\","b":"}{","c":{"model":"deep"}}""")]
    [InlineData("\"model\"")]
    [InlineData("""{"model""")]
    [InlineData("no JSON at all: } ] \" \\ { model")]
    public void Everything_else_of_a_whole_answer_stays(string answer) => EveryCut(BodyFraming.Whole, answer, answer);

    [Theory]
    [InlineData("data: {\"model\":\"real\",\"choices\":[{\"model\":\"deep\"}]}\n\ndata: [DONE]\n\n", "data: {\"model\":\"asked\",\"choices\":[{\"model\":\"deep\"}]}\n\ndata: [DONE]\n\n")]
    [InlineData("data:{\"model\":\"a\"}\r\n\r\ndata:{\"model\":\"b\"}\r\n\r\n", "data:{\"model\":\"asked\"}\r\n\r\ndata:{\"model\":\"asked\"}\r\n\r\n")]
    [InlineData("data: {\"model\":\"a\"}\r\rdata: {\"model\":\"b\"}\r\r", "data: {\"model\":\"asked\"}\r\rdata: {\"model\":\"asked\"}\r\r")]
    [InlineData(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"n\":1},\"model\":\"real\"}}\n\n",
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"n\":1},\"model\":\"asked\"}}\n\n")]
    [InlineData(
        "data: {\"type\":\"response.created\",\"response\":{\"tools\":[{\"model\":\"deep\"}],\"model\":\"real\"}}\n\n",
        "data: {\"type\":\"response.created\",\"response\":{\"tools\":[{\"model\":\"deep\"}],\"model\":\"asked\"}}\n\n")]
    [InlineData(": \"model\":\"x\"\nid: {\"model\":\"x\"}\ndata: {\"model\":\"real\"}\n\n", ": \"model\":\"x\"\nid: {\"model\":\"x\"}\ndata: {\"model\":\"asked\"}\n\n")]
    [InlineData("data: {\"a\":1,\ndata: \"model\":\"real\"}\n\n", "data: {\"a\":1,\ndata: \"model\":\"asked\"}\n\n")]
    [InlineData("data: {\"cut\":\"off\n\ndata: {\"model\":\"real\"}\n\n", "data: {\"cut\":\"off\n\ndata: {\"model\":\"asked\"}\n\n")]
    [InlineData("data: {\"cut\":{\"off\\\n\ndata: {\"model\":\"real\"}\n\n", "data: {\"cut\":{\"off\\\n\ndata: {\"model\":\"asked\"}\n\n")]
    public void The_model_of_each_event_is_replaced(string stream, string expected) => EveryCut(BodyFraming.Events, stream, expected);

    [Theory]
    [InlineData("data: {\"delta\":{\"model\":\"deep\"},\"messages\":{\"model\":\"deep\"}}\n\n")]
    [InlineData("data: {\"message\":[{\"model\":\"deep\"}],\"response\":\"model\"}\n\n")]
    [InlineData("data: {\"message\":{\"message\":{\"model\":\"deep\"}}}\n\n")]
    [InlineData("data: {\"message\":{},\"x\":{\"model\":\"deep\"}}\n\n")]
    [InlineData("data: {\"message\":1,\"x\":{\"model\":\"deep\"}}\n\n")]
    [InlineData("dat: {\"model\":\"real\"}\n\ndatabase: {\"model\":\"real\"}\n\n")]
    public void Everything_else_of_an_event_stays(string stream) => EveryCut(BodyFraming.Events, stream, stream);

    [Theory]
    [InlineData("{\"model\":\"a\",\"message\":{\"content\":\"x\"}}\n{\"model\":\"b\"}\n", "{\"model\":\"asked\",\"message\":{\"content\":\"x\"}}\n{\"model\":\"asked\"}\n")]
    [InlineData("{\"model\":\"a\"}\r\n\r\n{\"model\":\"b\"}", "{\"model\":\"asked\"}\r\n\r\n{\"model\":\"asked\"}")]
    [InlineData("{\"message\":{\"model\":\"deep\"}}\n{\"cut\n{\"model\":\"b\"}\n", "{\"message\":{\"model\":\"deep\"}}\n{\"cut\n{\"model\":\"asked\"}\n")]
    [InlineData("{\"model\":\"cut\n{\"model\":\"b\"}\n", "{\"model\":\"asked\"\n{\"model\":\"asked\"}\n")]
    public void The_model_of_each_line_is_replaced(string stream, string expected) => EveryCut(BodyFraming.Lines, stream, expected);

    [Fact]
    public void A_name_is_written_as_JSON() => Rewrite(BodyFraming.Whole, """{"model":"x"}""", [99], "a\"b\\ü/c").ShouldBe("""{"model":"a\"b\\ü/c"}""");

    [Fact]
    public void Nothing_is_kept_back()
    {
        var rewriter = new ModelRewriter(BodyFraming.Whole, "asked");
        var output = new ArrayBufferWriter<byte>();
        rewriter.Pass("""{"id":"mod"""u8, output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("""{"id":"mod""");
        rewriter.Pass("""el","model":"re"""u8, output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("""{"id":"model","model":"asked" """.TrimEnd());
    }

    [Fact]
    public void Any_document_comes_out_as_if_it_had_been_parsed_and_edited() =>
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Documents.ToArbitrary(), Cuts.Lengths.ToArbitrary(), Gen.Elements(BodyFraming.Whole, BodyFraming.Events, BodyFraming.Lines).ToArbitrary(), (documents, lengths, framing) =>
        {
            var written = framing == BodyFraming.Whole ? documents[..1] : documents;
            string Frame(JsonNode document) => framing switch
            {
                BodyFraming.Events => $"data: {document.ToJsonString()}\n\n",
                BodyFraming.Lines => document.ToJsonString() + "\n",
                _ => document.ToJsonString(),
            };
            return Rewrite(framing, string.Concat(written.Select(Frame)), lengths) == string.Concat(written.Select(document => Frame(Edited(document, framing))));
        }));

    [Fact]
    public void Passing_allocates_nothing()
    {
        var rewriter = new ModelRewriter(BodyFraming.Events, "asked");
        var output = new ArrayBufferWriter<byte>(4096);
        var chunk = Encoding.UTF8.GetBytes("""data: {"id":"x","model":"a","choices":[{"delta":{"content":"token "}}]}""" + "\n\n");
        rewriter.Pass(chunk, output);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            output.ResetWrittenCount();
            rewriter.Pass(chunk, output);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static Gen<JsonNode[]> Documents
    {
        get
        {
            // As many names and texts as possible that count, or look as if they did.
            var words = Gen.Elements("model", "message", "response", "models", "a", "\"model\":\"x\"", "{", "]", "\\", "", "model\"", "ä");
            Gen<string> Value(int depth) => depth == 0
                ? Gen.OneOf(words.Select(word => JsonSerializer.Serialize(word)), Gen.Elements("1", "null", "true", "-2.5"))
                : Gen.OneOf(Value(0), Object(depth), Value(depth - 1).ListOf(3).Select(items => $"[{string.Join(", ", items)}]"));
            Gen<string> Object(int depth) => words.SelectMany(name => Value(depth - 1).Select(value => (name, value))).ListOf(4)
                .Select(members => $"{{{string.Join(",", members.DistinctBy(member => member.name).Select(member => $"{JsonSerializer.Serialize(member.name)}:{member.value}"))}}}");
            return Object(3).NonEmptyListOf().Select(documents => documents.Select(document => JsonNode.Parse(document)!).ToArray());
        }
    }

    /// <summary>The first model that counts, in the order of the text, replaced.</summary>
    private static JsonNode Edited(JsonNode document, BodyFraming framing)
    {
        var copy = document.DeepClone();
        foreach (var (name, value) in copy.AsObject().ToList())
        {
            var holder = name == "model" ? copy.AsObject() : framing == BodyFraming.Events && name is "message" or "response" && framing == BodyFraming.Events ? value as JsonObject : null;
            if (holder?["model"] is JsonValue model && model.GetValueKind() == JsonValueKind.String)
            {
                holder["model"] = "asked";
                break;
            }
        }

        return copy;
    }

    private static void EveryCut(BodyFraming framing, string stream, string expected)
    {
        for (var size = 1; size <= Encoding.UTF8.GetByteCount(stream); size++)
        {
            Rewrite(framing, stream, [size]).ShouldBe(expected, $"in pieces of {size}");
        }
    }

    private static string Rewrite(BodyFraming framing, string stream, int[] lengths, string model = "asked")
    {
        var rewriter = new ModelRewriter(framing, model);
        var output = new ArrayBufferWriter<byte>();
        Cuts.Into<byte>(Encoding.UTF8.GetBytes(stream), lengths, piece => rewriter.Pass(piece.Span, output));
        rewriter.Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
