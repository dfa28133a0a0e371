using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress.Media;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Media;

/// <summary>Needs poppler-utils.</summary>
public sealed class MediaIntakeTests : IAsyncDisposable
{
    private static readonly ModelSpec Seeing = new() { Id = new ModelId("eye"), Engine = new EngineSpec { Name = "e", Command = ["none"] }, Capabilities = [Capability.Chat, Capability.Vision] };
    private static readonly ModelSpec Fetching = Seeing with { FetchImages = true };
    private static readonly byte[] Png = ImageBytes.Png(30, 20);

    private readonly LinkedSite _site = new LinkedSite().With("/picture", Png).With("/paper", PdfBytes.OfPages((72, 36))).With("/page", "<html>"u8.ToArray()).With("/nothing", []);
    private readonly ImageFetch _fetch = new(TimeProvider.System, IPAddress.Loopback.Equals);
    private readonly PdfPages _pages = PdfPages.OfThisMachine(TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        _fetch.Dispose();
        _pages.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task A_text_is_let_through_at_once_for_any_model()
    {
        var prepared = Intake.PrepareAsync(Bytes("""{"model":"eye","messages":[{"content":"an image_url"}]}"""), Seeing with { Capabilities = [Capability.Chat] }, [], CancellationToken.None);
        prepared.IsCompletedSuccessfully.ShouldBeTrue();
        (await prepared).Holds(out var edits, out _).ShouldBeTrue();
        edits!.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("data:image/png;base64,{0}")]
    [InlineData("data:image/jpeg;base64,{0}")]
    [InlineData("DATA:;charset=utf-8;base64,{0}")]
    public async Task An_image_reaches_the_engine_byte_for_byte_whatever_it_is_called(string form)
    {
        var body = Chat(Image(form.Replace("{0}", Convert.ToBase64String(Png))));
        (await EditedAsync(body, Seeing)).ShouldBe(body);
    }

    [Fact]
    public async Task An_image_whose_slashes_are_escaped_is_an_image_too()
    {
        var body = Chat(Image("data:image/png;base64," + Convert.ToBase64String([.. Png, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])).Replace("/", "\\/"));
        body.ShouldContain("\\/\\/");
        (await EditedAsync(body, Seeing)).ShouldBe(body);
    }

    [Fact]
    public async Task A_model_that_reads_text_alone_is_refused_an_image_and_one_that_may_see_is_not()
    {
        var body = Chat(Image(Uri(Png)));
        var blind = Seeing with { Capabilities = [Capability.Chat] };
        var refused = (await PrepareAsync(body, blind)).Error.ShouldBeOfType<RouterError.VisionUnsupported>();
        (refused.Status, refused.Code, refused.Field).ShouldBe((400, "vision_unsupported", "messages[0].content[1]"));

        (await PrepareAsync(body, blind, "images[0]")).Error.ShouldBeOfType<RouterError.VisionUnsupported>().Field.ShouldBe("images[0]", "that is what the client wrote");

        (await PrepareAsync(body, blind with { Capabilities = [] })).Error.ShouldBeNull();
        (await PrepareAsync(body, blind with { Values = ImmutableDictionary<string, string>.Empty.Add("mmproj", "/p.gguf") })).Error.ShouldBeNull();
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/a.png")]
    [InlineData("picture.png")]
    [InlineData("\\\\server\\share\\a.png")]
    [InlineData("~/a.png")]
    [InlineData("")]
    [InlineData("javascript:1")]
    public async Task Nothing_but_data_and_links_is_read_even_where_links_are_fetched(string address) =>
        (await PrepareAsync(Chat(Image(address)), Fetching)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldStartWith("'messages[0].content[1]' is neither a data URI nor a link");

    [Fact]
    public async Task A_link_is_refused_unless_the_model_says_otherwise_and_nobody_is_asked()
    {
        (await PrepareAsync(Chat(Image(_site.At("/picture").ToString())), Seeing)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("fetch_images");
        _site.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_becomes_what_it_leads_to() =>
        (await EditedAsync(Chat(Image(_site.At("/picture").ToString())), Fetching)).ShouldBe(Chat(Image(Uri(Png))));

    [Fact]
    public async Task A_part_that_stands_where_a_list_is_due_is_treated_like_one_of_a_list()
    {
        static string Alone(string content) => $$"""{"model":"eye","messages":[{"role":"user","content":{{content}}}],"n":1}""";
        var link = Alone(Image(_site.At("/picture").ToString()));

        var refused = (await PrepareAsync(link, Seeing)).Error.ShouldBeOfType<RouterError.FieldInvalid>();
        (refused.Field, refused.Message).ShouldBe(("messages[0].content", "'messages[0].content' is a link, and for this model links are not fetched (models.*.fetch_images). Send the image as a data URI: data:image/png;base64,…"));
        _site.Requests.ShouldBeEmpty();
        (await EditedAsync(link, Fetching)).ShouldBe(Alone(Image(Uri(Png))));
        (await EditedAsync(Alone(File(Png)), Seeing)).ShouldBe(Alone($"[{Image(Uri(Png))}]"));
    }

    [Theory]
    [InlineData("""{"type":"image","url":"http://example.com/a.png"}""")]
    [InlineData("""[{"type":"image","url":"https://example.com/a.png"}]""")]
    [InlineData("""[{"type":"hologram","url":"file:///etc/passwd"}]""")]
    [InlineData("""[{"type":"hologram","url":["data:image/png;base64,AAAA","http://example.com"]}]""")]
    public async Task A_link_in_a_part_of_any_type_does_not_pass(string content) =>
        (await PrepareAsync($$"""{"model":"eye","messages":[{"role":"user","content":{{content}}}]}""", Fetching)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("holds a link");

    [Fact]
    public async Task A_link_to_a_PDF_becomes_its_pages()
    {
        var part = Part(await EditedAsync(Chat(Image(_site.At("/paper").ToString())), Fetching), 1);
        SizeIn(part).ShouldBe(new ImageSize(150, 75));
    }

    [Theory]
    [InlineData("/page", "is not a PNG")]
    [InlineData("/nothing", "0 bytes")]
    public async Task A_link_to_something_else_is_refused(string path, string told) =>
        (await PrepareAsync(Chat(Image(_site.At(path).ToString())), Fetching)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain(told);

    [Fact]
    public async Task A_PDF_becomes_one_image_a_page_in_its_place()
    {
        var body = $$"""{"model":"eye","messages":[{"content":[{"type":"text","text":"a"},{{File(PdfBytes.OfPages((72, 36), (36, 72)))}},{"type":"text","text":"b"}]}],"n":1}""";
        var edited = await EditedAsync(body, Seeing);
        SizeIn(Part(edited, 1)).ShouldBe(new ImageSize(150, 75));
        SizeIn(Part(edited, 2)).ShouldBe(new ImageSize(75, 150));
        Part(edited, 3).GetProperty("text").GetString().ShouldBe("b");
        edited.ShouldEndWith(""","n":1}""");
    }

    [Fact]
    public async Task A_file_that_is_an_image_becomes_one_with_or_without_a_data_URI_around_it()
    {
        (await EditedAsync(Chat(File(Png)), Seeing)).ShouldBe(Chat(Image(Uri(Png))));
        (await EditedAsync(Chat($$$"""{"type":"file","file":{"file_data":"{{{Convert.ToBase64String(Png)}}}"}}"""), Seeing)).ShouldBe(Chat(Image(Uri(Png))));
    }

    [Theory]
    [InlineData("data:image/png;base64,", "0 bytes")]
    [InlineData("data:image/png;base64,####", "sound base64")]
    [InlineData("data:image/png;base64,iVBORw0KGgo", "sound base64")]
    [InlineData("data:image/png;base64,iVBORw0KGgo=", "is cut off")]
    [InlineData("data:image/png,abc", "not base64")]
    [InlineData("data:image/svg+xml;base64,PHN2Zz4=", "is not a PNG")]
    public async Task What_is_no_image_is_refused_by_its_place(string address, string told)
    {
        var refused = (await PrepareAsync(Chat(Image(address)), Seeing)).Error.ShouldBeOfType<RouterError.FieldInvalid>();
        refused.Field.ShouldBe("messages[0].content[1]");
        refused.Message.ShouldContain(told);
    }

    [Fact]
    public async Task Each_limit_is_told_with_its_key()
    {
        var two = Chat($"{Image(Uri(Png))},{Image(Uri(Png))}");
        await Refused(two, new MediaConfig { MaxImages = 1 }, "max_images", "messages[0].content[2]");
        await Refused(two, new MediaConfig { MaxImageBytes = new ByteSize(Png.Length - 1) }, "max_image_bytes", "messages[0].content[1]");
        await Refused(two, new MediaConfig { MaxTotalBytes = new ByteSize((2 * Png.Length) - 1) }, "max_total_bytes", "messages[0].content[2]");
        await Refused(two, new MediaConfig { MaxPixels = 599 }, "max_pixels", "messages[0].content[1]");
        await Refused(Chat(Image(Uri(new byte[20_000]))), new MediaConfig { MaxImageBytes = new ByteSize(1024) }, "max_image_bytes", "messages[0].content[1]");
        await Refused(Chat($"{File(PdfBytes.OfPages((9, 9)))},{File(PdfBytes.OfPages((9, 9), (9, 9)))}"), new MediaConfig { MaxPdfPages = 2 }, "max_pdf_pages", "messages[0].content[2]");
        (await PrepareAsync(two, Seeing with { Media = new MediaConfig { MaxImages = 2, MaxImageBytes = new ByteSize(Png.Length), MaxTotalBytes = new ByteSize(2 * Png.Length), MaxPixels = 600 } })).Error.ShouldBeNull();
    }

    [Fact]
    public async Task A_bomb_is_refused_before_anyone_unpacks_it() =>
        (await PrepareAsync(Chat(Image(Uri(ImageBytes.Png(50_000, 50_000)))), Seeing)).Error.ShouldBeOfType<RouterError.MediaTooLarge>().Message.ShouldContain("50000 x 50000");

    [Fact]
    public async Task A_recording_is_passed_on_as_data_and_never_as_a_link()
    {
        const string Body = """{"messages":[{"content":[{"type":"audio_url","audio_url":{"url":"ADDRESS"}}]}]}""";
        (await PrepareAsync(Body.Replace("ADDRESS", "data:audio/wav;base64,AAAA"), Seeing with { Capabilities = [Capability.Chat] })).Error.ShouldBeNull();
        (await PrepareAsync(Body.Replace("ADDRESS", _site.At("/picture").ToString()), Fetching)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("links to a recording");
    }

    [Fact]
    public async Task To_a_cloud_everything_goes_as_it_came()
    {
        var cloud = Seeing with { Engine = Seeing.Engine with { Lifecycle = Lifecycle.Cloud } };
        var body = Chat($"{Image("https://example.com/a.png")},{File(PdfBytes.OfPages((9, 9)))}");
        (await EditedAsync(body, cloud)).ShouldBe(body);
        (await PrepareAsync(body, cloud with { Capabilities = [Capability.Chat] })).Error.ShouldBeOfType<RouterError.VisionUnsupported>();
    }

    [Fact]
    public async Task An_address_that_is_no_text_is_refused() =>
        (await PrepareAsync(Chat(Image("\\ud800")), Seeing)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("UTF-8");

    private async Task Refused(string body, MediaConfig limits, string key, string place)
    {
        var refused = (await PrepareAsync(body, Seeing with { Media = limits })).Error.ShouldBeOfType<RouterError.MediaTooLarge>(key);
        (refused.Status, refused.Field).ShouldBe((400, place));
        refused.Message.ShouldContain($"(models.*.media.{key})");
    }

    private MediaIntake Intake => new(_fetch, _pages);

    private ValueTask<Checked<(ByteRange Range, ReadOnlyMemory<byte> Replacement)[]>> PrepareAsync(string body, ModelSpec model, params string[] places) =>
        Intake.PrepareAsync(Bytes(body), model, [.. places], TestContext.Current.CancellationToken);

    private async Task<string> EditedAsync(string body, ModelSpec model)
    {
        (await PrepareAsync(body, model)).Holds(out var edits, out var refused).ShouldBeTrue(refused?.Message);
        return Encoding.UTF8.GetString([.. default(BodyEdits).With(edits!).Apply(Bytes(body)).SelectMany(piece => piece.ToArray())]);
    }

    private static ReadOnlySequence<byte> Bytes(string body) => new(Encoding.UTF8.GetBytes(body));

    private static string Chat(string parts) => $$"""{"model":"eye","messages":[{"role":"user","content":[{"type":"text","text":"look"},{{parts}}]}]}""";

    private static string Image(string address) => $$$"""{"type":"image_url","image_url":{"url":"{{{(address.StartsWith('\\') && address[1] == 'u' ? address : address.Replace("\\", "\\\\"))}}}"}}""";

    private static string File(byte[] content) => $$$"""{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,{{{Convert.ToBase64String(content)}}}"}}""";

    private static string Uri(byte[] content) => $"data:image/png;base64,{Convert.ToBase64String(content)}";

    private static JsonElement Part(string body, int index) => JsonElement.Parse(body).GetProperty("messages")[0].GetProperty("content")[index];

    private static ImageSize? SizeIn(JsonElement part)
    {
        part.GetProperty("type").GetString().ShouldBe("image_url");
        var uri = part.GetProperty("image_url").GetProperty("url").GetString()!;
        uri.ShouldStartWith("data:image/png;base64,");
        return ImageSize.Of(MediaFormat.Png, Convert.FromBase64String(uri.Split(',')[1]));
    }
}
