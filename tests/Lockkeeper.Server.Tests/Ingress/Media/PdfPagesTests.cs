using Lockkeeper.Core.Media;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress.Media;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Media;

/// <summary>Needs poppler-utils.</summary>
public sealed class PdfPagesTests : IDisposable
{
    private static readonly PdfPages.Bounds Plenty = new(Pages: 20, Dpi: 144, Bytes: 50_000_000, Pixels: 64_000_000);

    private readonly PdfPages _pages = PdfPages.OfThisMachine(TimeProvider.System);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-pages-");

    public void Dispose()
    {
        _pages.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_page_becomes_an_image_of_its_size()
    {
        (await DrawAsync(PdfBytes.OfPages((200, 100), (72, 144)))).Holds(out var pages, out var refused).ShouldBeTrue(refused?.Message);
        pages!.Select(page => ImageSize.Of(MediaFormat.Png, page)).ShouldBe([new ImageSize(400, 200), new ImageSize(144, 288)]);
        pages![0].ShouldNotBe(pages[1]);
    }

    [Fact]
    public async Task A_page_as_large_as_a_town_becomes_an_image_of_usual_size()
    {
        (await DrawAsync(PdfBytes.OfPages((14_000, 7_000), (72, 72)))).Holds(out var pages, out var refused).ShouldBeTrue(refused?.Message);
        pages!.Select(page => ImageSize.Of(MediaFormat.Png, page)).ShouldBe([new ImageSize(4096, 2048), new ImageSize(144, 144)]);

        (await DrawAsync(PdfBytes.OfPages((14_000, 7_000)), Plenty with { Pixels = 10_000 })).Holds(out pages, out refused).ShouldBeTrue(refused?.Message);
        ImageSize.Of(MediaFormat.Png, pages!.ShouldHaveSingleItem()).ShouldBe(new ImageSize(100, 50));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 0)]
    public async Task More_pages_than_there_may_be_are_refused_with_both_numbers(int pages, int most)
    {
        var message = (await DrawAsync(PdfBytes.OfPages([.. Enumerable.Repeat((9.0, 9.0), pages)]), Plenty with { Pages = most })).Error.ShouldBeOfType<RouterError.MediaTooLarge>().Message;
        message.ShouldContain($"{pages} pages");
        message.ShouldContain($"room for {most}");
    }

    [Fact]
    public async Task Pages_that_become_too_many_bytes_are_refused() =>
        (await DrawAsync(PdfBytes.OfPages((200, 100), (200, 100)), Plenty with { Bytes = 1_000 })).Error.ShouldBeOfType<RouterError.MediaTooLarge>().Message.ShouldContain("max_total_bytes");

    [Fact]
    public async Task One_that_would_be_drawn_for_ever_is_given_up()
    {
        using var impatient = new PdfPages(PdfPages.OnPath, TimeProvider.System) { Patience = TimeSpan.FromSeconds(1) };
        (await impatient.DrawAsync(PdfBytes.Endless(), "p", Plenty, TestContext.Current.CancellationToken)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("within 1 s");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(60)]
    public async Task One_that_is_cut_off_is_refused(int length) =>
        (await DrawAsync(PdfBytes.OfPages((200, 100))[..length])).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("cannot be read");

    [Fact]
    public async Task Without_poppler_it_is_said_how_to_get_it()
    {
        using var bare = new PdfPages(_ => null, TimeProvider.System);
        var message = (await bare.DrawAsync(PdfBytes.OfPages((9, 9)), "p", Plenty, TestContext.Current.CancellationToken)).Error.ShouldBeOfType<RouterError.PdfUnsupported>().Message;
        message.ShouldContain("pdfinfo");
        message.ShouldContain("apt install poppler-utils");
    }

    [Fact]
    public async Task A_failure_in_the_middle_names_the_page_and_leaves_no_file_behind()
    {
        var seen = Path.Combine(_folder.FullName, "seen");
        using var failing = new PdfPages(program => program == "pdftoppm" ? Drawing($"for file; do :; done; echo \"$file\" > {seen}; echo 'Out of ink' >&2; exit 9") : PdfPages.OnPath(program), TimeProvider.System);
        (await failing.DrawAsync(PdfBytes.OfPages((9, 9)), "p", Plenty, TestContext.Current.CancellationToken)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldBe("'p' is a PDF whose page 1 cannot be drawn (Out of ink).");
        Directory.Exists(Path.GetDirectoryName(await PathInAsync(seen))).ShouldBeFalse();
    }

    [Fact]
    public async Task When_the_client_leaves_drawing_ends_and_no_file_is_left_behind()
    {
        var seen = Path.Combine(_folder.FullName, "seen");
        using var slow = new PdfPages(program => program == "pdftoppm" ? Drawing($"for file; do :; done; echo \"$file\" > {seen}.new; mv {seen}.new {seen}; exec sleep 60") : PdfPages.OnPath(program), TimeProvider.System);
        using var left = new CancellationTokenSource();
        var drawing = slow.DrawAsync(PdfBytes.OfPages((9, 9)), "p", Plenty, left.Token);
        await Eventually.True(() => File.Exists(seen), "it draws");
        var file = await PathInAsync(seen);
        File.Exists(file).ShouldBeTrue();
        await left.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(drawing);
        Directory.Exists(Path.GetDirectoryName(file)).ShouldBeFalse();
    }

    private static async Task<string> PathInAsync(string seen) => (await File.ReadAllTextAsync(seen, TestContext.Current.CancellationToken)).Trim();

    private Task<Checked<List<byte[]>>> DrawAsync(byte[] pdf, PdfPages.Bounds? bounds = null) => _pages.DrawAsync(pdf, "p", bounds ?? Plenty, TestContext.Current.CancellationToken);

    private string Drawing(string text)
    {
        var file = Path.Combine(_folder.FullName, "pdftoppm");
        if (!File.Exists(file) && !OperatingSystem.IsWindows())
        {
            Script.Write(file, text);
        }

        return file;
    }
}
