using System.Net;
using System.Text;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress.Media;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Media;

public sealed class ImageFetchTests : IAsyncDisposable
{
    private static readonly byte[] Picture = [1, 2, 3, 4];

    private readonly LinkedSite _site = new LinkedSite().With("/picture", Picture);
    private readonly ImageFetch _fetch = new(TimeProvider.System, IPAddress.Loopback.Equals);

    public async ValueTask DisposeAsync()
    {
        _fetch.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task What_is_there_is_fetched_whatever_the_server_calls_it_and_without_saying_who_asks()
    {
        (await GetAsync(_site.At("/picture"))).Holds(out var content, out var refused).ShouldBeTrue(refused?.Message);
        content.ShouldBe(Picture);
        var request = _site.Requests.ShouldHaveSingleItem();
        request.ShouldNotContain("Cookie");
        request.ShouldNotContain("Authorization");
        request.ShouldNotContain("traceparent");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    public async Task This_machine_is_not_connected_to_by_any_of_its_names(string host)
    {
        using var fetch = new ImageFetch(TimeProvider.System);
        (await fetch.GetAsync(_site.At("/picture", host), "p", 100, CancellationToken.None)).Error.ShouldBeOfType<RouterError.LinkNotFetched>().Message.ShouldContain("no address on the public internet");
        _site.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_leads_no_further_than_the_link_itself_could()
    {
        // 127.0.0.2 is this machine too, and is not allowed here: the site would answer there.
        await using var inside = new LinkedSite().With("/secret", Picture);
        _site.Redirecting("/a", inside.At("/secret", "127.0.0.2").ToString());

        (await GetAsync(_site.At("/a"))).Error.ShouldBeOfType<RouterError.LinkNotFetched>().Message.ShouldContain("no address on the public internet");
        inside.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Three_redirects_are_followed_and_a_fourth_is_not()
    {
        _site.Redirecting("/4", "/3").Redirecting("/3", "/2").Redirecting("/2", _site.At("/1").ToString()).Redirecting("/1", "picture");
        (await GetAsync(_site.At("/3"))).Error.ShouldBeNull();
        (await GetAsync(_site.At("/4"))).Error.ShouldBeOfType<RouterError.LinkNotFetched>().Message.ShouldContain("more than 3 redirects");
    }

    [Theory]
    [InlineData("file:///etc/passwd", "file is not fetched")]
    [InlineData("ftp://127.0.0.1/x", "ftp is not fetched")]
    [InlineData("http://user:word@127.0.0.1/x", "name or a password")]
    [InlineData("http://127.0.0.1:25/x", "port 25")]
    [InlineData("gopher://127.0.0.1:70/x", "gopher is not fetched")]
    public async Task A_redirect_to_something_else_is_not_followed(string to, string told)
    {
        _site.Redirecting("/a", to);
        (await GetAsync(_site.At("/a"))).Error.ShouldBeOfType<RouterError.LinkNotFetched>().Message.ShouldContain(told);
    }

    [Fact]
    public async Task An_error_does_not_repeat_the_path_which_may_be_a_secret()
    {
        _site.Answers["/token-1234"] = Encoding.ASCII.GetBytes("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
        var message = (await GetAsync(_site.At("/token-1234"))).Error.ShouldBeOfType<RouterError.LinkNotFetched>().Message;
        message.ShouldContain("it answers 404");
        message.ShouldNotContain("token");
    }

    [Fact]
    public async Task More_than_there_may_be_is_refused_whether_it_is_announced_or_not()
    {
        _site.With("/announced", new byte[101], "Content-Length: 101\r\n").With("/not", new byte[101]).With("/just", new byte[100]);
        (await GetAsync(_site.At("/announced"))).Error.ShouldBeOfType<RouterError.MediaTooLarge>();
        (await GetAsync(_site.At("/not"))).Error.ShouldBeOfType<RouterError.MediaTooLarge>();
        (await GetAsync(_site.At("/just"))).Error.ShouldBeNull();
    }

    [Fact]
    public async Task A_server_that_breaks_off_or_says_nothing_is_told_of()
    {
        _site.With("/broken", new byte[5], "Content-Length: 50\r\n").Answers["/silent"] = null;
        (await GetAsync(_site.At("/broken"))).Error.ShouldBeOfType<RouterError.LinkNotFetched>();

        using var impatient = new ImageFetch(TimeProvider.System, IPAddress.Loopback.Equals) { Patience = TimeSpan.FromMilliseconds(100) };
        (await impatient.GetAsync(_site.At("/silent"), "p", 100, CancellationToken.None)).Error.ShouldBeOfType<RouterError.LinkNotFetched>().Message.ShouldContain("longer than 0.1 s");
    }

    [Fact]
    public async Task Who_has_left_is_fetched_nothing_for()
    {
        _site.Answers["/silent"] = null;
        using var left = new CancellationTokenSource();
        var fetching = _fetch.GetAsync(_site.At("/silent"), "p", 100, left.Token);
        await left.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(fetching);
    }

    private Task<Checked<byte[]>> GetAsync(Uri link) => _fetch.GetAsync(link, "p", 100, CancellationToken.None);
}
