using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>Fetches what a request links to, from the public internet alone: a client must not reach through us what it cannot reach itself.</summary>
/// <remarks>
/// It is the address that is connected to which is checked, after its name was looked up and for every redirect: a name that leads somewhere else the second time it is asked for leads
/// nowhere. Neither a proxy nor cookies nor credentials are used.
/// </remarks>
internal sealed class ImageFetch : IDisposable
{
    private const int MostRedirects = 3;
    private const int FirstFreePort = 1024;

    private readonly TimeProvider _time;
    private readonly Func<IPAddress, bool> _isAllowed;
    private readonly HttpMessageInvoker _client;

    /// <param name="time">Measures the patience.</param>
    /// <param name="isAllowed">Which addresses may be connected to; null for those of the public internet.</param>
    public ImageFetch(TimeProvider time, Func<IPAddress, bool>? isAllowed = null)
    {
        _time = time;
        _isAllowed = isAllowed ?? PublicAddress.Is;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 32,
            MaxConnectionsPerServer = 4,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        });
    }

    /// <summary>For one image, redirects included.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    public void Dispose() => _client.Dispose();

    /// <param name="link">Where it is said to be.</param>
    /// <param name="place">Where the request has the link.</param>
    /// <param name="most">Bytes it may have.</param>
    /// <param name="cancellation">When the client has left.</param>
    public async Task<Checked<byte[]>> GetAsync(Uri link, string place, long most, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            return await FollowAsync(link, place, most, either.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            return Failed(place, link, $"{(failure as HttpRequestException)?.InnerException?.Message ?? failure.Message.TrimEnd('.')}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed(place, link, string.Create(CultureInfo.InvariantCulture, $"it took longer than {Patience.TotalSeconds:0.###} s."));
        }
    }

    private async Task<Checked<byte[]>> FollowAsync(Uri link, string place, long most, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            if (Refuse(link) is { } unfit)
            {
                return Failed(place, link, unfit);
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, link) { Headers = { { "User-Agent", "Lockkeeper" }, { "Accept", "image/*, application/pdf" } } };
            using var answer = await _client.SendAsync(request, cancellation);
            var status = (int)answer.StatusCode;
            if (status is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } location)
            {
                if (redirects == MostRedirects)
                {
                    return Failed(place, link, string.Create(CultureInfo.InvariantCulture, $"more than {MostRedirects} redirects."));
                }

                if (!Uri.TryCreate(link, location, out var next))
                {
                    return Failed(place, link, "it redirects to no address.");
                }

                link = next;
                continue;
            }

            if (status != 200)
            {
                return Failed(place, link, string.Create(CultureInfo.InvariantCulture, $"it answers {status}."));
            }

            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            return answer.Content.Headers.ContentLength > most || await BoundedRead.ToEndAsync(stream, most, cancellation) is not { } content
                ? new RouterError.MediaTooLarge(place, string.Create(CultureInfo.InvariantCulture, $"links to more than {most} bytes"), "max_image_bytes")
                : content;
        }
    }

    /// <returns>Why a link is not followed; null when it is.</returns>
    private static string? Refuse(Uri link) =>
        link.Scheme != Uri.UriSchemeHttp && link.Scheme != Uri.UriSchemeHttps ? $"{link.Scheme} is not fetched, only http and https are."
        : link.UserInfo.Length > 0 ? "a link with a name or a password in it is not followed."
        : link.Port is not (80 or 443) && link.Port < FirstFreePort ? string.Create(CultureInfo.InvariantCulture, $"port {link.Port} is not for web servers.")
        : null;

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = Array.FindAll(await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation), address => _isAllowed(address));
        if (addresses.Length == 0)
        {
            throw new IOException("it has no address on the public internet, and others are not connected to");
        }

        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], context.DnsEndPoint.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception failure)
            {
                socket.Dispose();
                if (failure is not SocketException || i == addresses.Length - 1)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The path is not repeated, as it may be a secret and this is logged.</summary>
    private static RouterError.LinkNotFetched Failed(string place, Uri link, string cause) => new(place, $"{link.Scheme}://{link.Authority}", cause);
}
