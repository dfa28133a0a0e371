using System.Buffers;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(5_000_003)]
    public async Task A_body_of_any_size_is_kept_byte_for_byte(int size)
    {
        var sent = new byte[size];
        new Random(size).NextBytes(sent);

        (await RequestBody.ReadAsync(Request(sent), limit: 6_000_000, CancellationToken.None)).Holds(out var body, out _).ShouldBeTrue();

        body!.Bytes.ToArray().ShouldBe(sent);
        body.Dispose();
    }

    [Fact]
    public async Task A_body_announced_too_large_is_refused_unread()
    {
        var request = Request([1, 2, 3]);
        request.ContentLength = 1001;

        (await RequestBody.ReadAsync(request, limit: 1000, CancellationToken.None)).Error.ShouldBeOfType<RouterError.BodyTooLarge>();

        request.Body.Position.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_grows_too_large_is_refused_on_the_way() =>
        (await RequestBody.ReadAsync(Request(new byte[1001]), limit: 1000, CancellationToken.None)).Error.ShouldBeOfType<RouterError.BodyTooLarge>();

    [Fact]
    public async Task A_body_of_just_the_limit_is_taken() =>
        (await RequestBody.ReadAsync(Request(new byte[1000]), limit: 1000, CancellationToken.None)).Error.ShouldBeNull();

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}' }, new byte[] { (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, new byte[0])]
    [InlineData(new byte[] { 0xEF, 0xBB }, new byte[] { 0xEF, 0xBB })]
    [InlineData(new byte[] { (byte)' ', 0xEF, 0xBB, 0xBF }, new byte[] { (byte)' ', 0xEF, 0xBB, 0xBF })]
    [InlineData(new byte[0], new byte[0])]
    public async Task A_byte_order_mark_is_left_out(byte[] sent, byte[] kept)
    {
        (await RequestBody.ReadAsync(Request(sent), limit: 10, CancellationToken.None)).Holds(out var body, out _).ShouldBeTrue();

        body!.DropByteOrderMark();

        body.Bytes.ToArray().ShouldBe(kept);
        body.Dispose();
    }

    [Fact]
    public async Task A_byte_order_mark_is_left_out_of_a_body_in_pieces_and_costs_nothing()
    {
        var sent = new byte[100_000];
        new byte[] { 0xEF, 0xBB, 0xBF }.CopyTo(sent, 0);
        (await RequestBody.ReadAsync(Request(sent), limit: 100_000, CancellationToken.None)).Holds(out var body, out _).ShouldBeTrue();

        var before = GC.GetAllocatedBytesForCurrentThread();
        body!.DropByteOrderMark();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        body.Bytes.ToArray().ShouldBe(sent[3..]);
        body.Dispose();
    }

    private static HttpRequest Request(byte[] body) => new DefaultHttpContext { Request = { Body = new MemoryStream(body) } }.Request;
}
