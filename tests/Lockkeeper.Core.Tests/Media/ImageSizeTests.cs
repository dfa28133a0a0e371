using FsCheck.Fluent;
using Lockkeeper.Core.Media;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Media;

public sealed class ImageSizeTests
{
    public static TheoryData<string> Kinds => [.. Images.Keys];

    private static Dictionary<string, byte[]> Images { get; } = new()
    {
        ["PNG"] = ImageBytes.Png(300, 200),
        ["JPEG behind a preview"] = ImageBytes.Jpeg(300, 200),
        ["JPEG at once"] = ImageBytes.Jpeg(300, 200, preview: 0),
        ["GIF"] = ImageBytes.Gif(300, 200),
        ["BMP"] = ImageBytes.Bmp(300, 200),
        ["BMP from top to bottom"] = ImageBytes.Bmp(300, -200),
        ["BMP of old"] = ImageBytes.OldBmp(300, 200),
        ["WebP"] = ImageBytes.WebP(300, 200),
        ["lossless WebP"] = ImageBytes.LosslessWebP(300, 200),
        ["extended WebP"] = ImageBytes.ExtendedWebP(300, 200),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_header_tells_the_size(string kind) => Size(Images[kind]).ShouldBe(new ImageSize(300, 200));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_that_is_cut_off_has_none_or_the_same(string kind)
    {
        for (var length = 0; length < Images[kind].Length; length++)
        {
            Size(Images[kind][..length]).ShouldBeOneOf(null, new ImageSize(300, 200));
        }

        Size(Images[kind][..9]).ShouldBeNull();
    }

    [Fact]
    public void A_bomb_is_as_large_as_it_claims() => Size(ImageBytes.Png(uint.MaxValue, uint.MaxValue))!.Value.Pixels.ShouldBe(18_446_744_065_119_617_025);

    [Fact]
    public void An_image_without_pixels_has_no_size() => Size(ImageBytes.Png(0, 7)).ShouldBeNull();

    [Fact]
    public void A_JPEG_whose_picture_begins_before_its_header_has_no_size() => ImageSize.Of(MediaFormat.Jpeg, [0xFF, 0xD8, 0xFF, 0xDA, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0]).ShouldBeNull();

    [Fact]
    public void Any_bytes_are_survived() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Gen.Elements(Images.Values.ToArray()).SelectMany(image => Gen.Choose(0, 255).ListOf(4).SelectMany(bytes => Gen.Choose(0, image.Length).Select(at => Broken(image, bytes, at)))).ToArbitrary(), image =>
        {
            foreach (var format in Enum.GetValues<MediaFormat>())
            {
                ImageSize.Of(format, image);
            }
        }));

    private static byte[] Broken(byte[] image, IEnumerable<int> bytes, int at) => [.. image[..at], .. bytes.Select(number => (byte)number), .. image[Math.Min(image.Length, at + 4)..]];

    private static ImageSize? Size(byte[] image) => MediaSignature.Of(image) is { } format ? ImageSize.Of(format, image) : null;
}
