using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Lockkeeper.Testing;

/// <summary>A fake engine that somebody else runs: started by the test, and ended with it.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private const int FirstPort = 11_000;
    private const int Ports = 9_000;

    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler { UseProxy = false });
    private static uint _named = (uint)Random.Shared.Next(Ports);

    private readonly Process _process;
    private bool _isOver;

    private Daemon(Process process, int port) => (_process, Pid, Port) = (process, process.Id, port);

    public int Port { get; }

    public int Pid { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>
    /// A port that nobody has just now, and nobody takes by chance before it is used: below those that systems give to connections and to who asks for any, below those that Lockkeeper gives
    /// to its engines, and not one that this process has named before.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (int)(Interlocked.Increment(ref _named) % Ports);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="flags">Flags of the fake engine, as in <c>--ollama --models a,b</c>.</param>
    /// <param name="port">Its port; a free one unless told.</param>
    public static async Task<Daemon> StartAsync(string flags, int? port = null)
    {
        var at = port ?? FreePort();
        string[] arguments = [.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--port", at.ToString(CultureInfo.InvariantCulture)];
        var process = new Process { StartInfo = new ProcessStartInfo(FakeEngine.Executable, arguments) };
        process.Start();
        var daemon = new Daemon(process, at);
        await Eventually.True(daemon.AnswersAsync, $"the daemon answers on port {at}");
        return daemon;
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url + path));
        using var answer = await Http.SendAsync(request, CancellationToken.None);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The models it has loaded.</summary>
    public async Task<string[]> LoadedAsync() => [.. (await JsonAsync("/__loads")).GetProperty("loaded").EnumerateArray().Select(name => name.GetString()!)];

    /// <summary>Has it do something behind the router's back.</summary>
    public async Task PostAsync(string path, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url + path)) { Content = new StringContent(json) };
        using var answer = await Http.SendAsync(request, CancellationToken.None);
        await answer.Content.ReadAsStringAsync();
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await JsonAsync("/__state")).GetProperty("pid").GetInt32() == Pid;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
