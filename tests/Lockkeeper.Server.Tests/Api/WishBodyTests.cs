using System.IO.Compression;
using System.Text;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Api;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Api;

public sealed class WishBodyTests
{
    [Fact]
    public async Task Nothing_at_all_wishes_for_nothing()
    {
        (await WishBody.ReadAsync(Request([]))).Holds(out var body, out _).ShouldBeTrue();
        body.EnumerateObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_byte_order_mark_is_read_over()
    {
        (await WishBody.ReadAsync(Request(Encoding.UTF8.GetBytes("\ufeff{\"pin\":true}")))).Holds(out var body, out _).ShouldBeTrue();
        body.GetProperty("pin").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"\ud800":1,"pin":true}""")]
    [InlineData("""{"pin":true,"x\udc00":1}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task What_cannot_be_read_is_refused(string body) =>
        (await WishBody.ReadAsync(Request(Encoding.UTF8.GetBytes(body)))).Error.ShouldBeOfType<RouterError.BodyInvalid>();

    [Fact]
    public async Task A_compressed_body_is_called_that()
    {
        var http = Request(Packed("{}"u8));
        http.Request.Headers.ContentEncoding = "gzip";
        (await WishBody.ReadAsync(http)).Error.ShouldBeOfType<RouterError.BodyCompressed>();
    }

    private static byte[] Packed(ReadOnlySpan<byte> text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
        {
            gzip.Write(text);
        }

        return packed.ToArray();
    }

    private static DefaultHttpContext Request(byte[] body) => new() { Request = { Body = new MemoryStream(body) } };
}
