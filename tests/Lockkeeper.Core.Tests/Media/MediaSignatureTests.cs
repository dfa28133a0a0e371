using System.Text;
using Lockkeeper.Core.Media;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Media;

public sealed class MediaSignatureTests
{
    [Fact]
    public void It_is_told_from_base64_too()
    {
        var image = ImageBytes.WebP(1, 1);
        for (var length = 12; length < 15; length++)
        {
            MediaSignature.OfBase64(Convert.ToBase64String(image.AsSpan(0, length))).ShouldBe(MediaFormat.WebP);
        }

        MediaSignature.OfBase64(Convert.ToBase64String(image.AsSpan(0, 11))).ShouldBeNull();
        MediaSignature.OfBase64("/9j").ShouldBeNull();
        MediaSignature.OfBase64("/9j/").ShouldBe(MediaFormat.Jpeg);
        MediaSignature.OfBase64("no base64 at all").ShouldBeNull();
    }

    [Fact]
    public void The_first_bytes_tell_what_it_is()
    {
        MediaSignature.Of(ImageBytes.Png(1, 1)).ShouldBe(MediaFormat.Png);
        MediaSignature.Of(ImageBytes.Jpeg(1, 1)).ShouldBe(MediaFormat.Jpeg);
        MediaSignature.Of(ImageBytes.WebP(1, 1)).ShouldBe(MediaFormat.WebP);
        MediaSignature.Of(ImageBytes.Gif(1, 1)).ShouldBe(MediaFormat.Gif);
        MediaSignature.Of(ImageBytes.Bmp(1, 1)).ShouldBe(MediaFormat.Bmp);
        MediaSignature.Of(PdfBytes.OfPages((1, 1))).ShouldBe(MediaFormat.Pdf);
    }

    [Theory]
    [InlineData("")]
    [InlineData("RIFF\0\0\0\0WAVE")]
    [InlineData("RIFF")]
    [InlineData("<svg>")]
    [InlineData("\u007fELF")]
    public void Anything_else_is_unknown(string content) => MediaSignature.Of(Encoding.Latin1.GetBytes(content)).ShouldBeNull();

    [Fact]
    public void A_format_has_the_name_that_data_URIs_use()
    {
        MediaSignature.TypeOf(MediaFormat.Jpeg).ShouldBe("image/jpeg");
        MediaSignature.TypeOf(MediaFormat.WebP).ShouldBe("image/webp");
        MediaSignature.TypeOf(MediaFormat.Pdf).ShouldBe("application/pdf");
    }
}
