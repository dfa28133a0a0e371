using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Lockkeeper.Server.Detection;

/// <summary>
/// Asks what listens on a port of this machine whether it is an engine, and which. Engines are told apart by the routes and the shapes that only one of them has: some imitate
/// the others' routes, so the rarest is asked for first.
/// </summary>
internal sealed class EngineProbe : IDisposable
{
    private const int LargestAnswer = 1 << 20;
    private const int MostModels = 200;

    private static readonly TimeSpan Connect = TimeSpan.FromMilliseconds(350);
    private static readonly TimeSpan Answer = TimeSpan.FromMilliseconds(1500);

    /// <summary>A route, and what its answer says only when that engine gives it.</summary>
    private static readonly (string Path, string Engine, Func<JsonElement, bool> Is)[] Signs =
    [
        // Another Lockkeeper, which answers as an Ollama does and more, and decides itself what is loaded.
        ("/v1/models", "openai-compatible", answer => Entries(answer, "data").Any(model => Has(model, "memory_source"))),
        ("/api/extra/version", "koboldcpp", answer => Text(answer, "result") == "KoboldCpp"),
        ("/api/v1/models", "lm-studio", answer => Entries(answer, "models").Any(model => Has(model, "loaded_instances"))),
        ("/props", "llama.cpp", answer => Has(answer, "default_generation_settings") || (Has(answer, "chat_template") && Has(answer, "total_slots"))),
        ("/get_model_info", "sglang", answer => Has(answer, "model_path")),
        ("/v1/model", "tabbyapi", answer => Has(answer, "id") && Has(answer, "parameters")),
        ("/api/tags", "ollama", answer => Entries(answer, "models").All(model => Has(model, "digest")) && Has(answer, "models")),
    ];

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Connect, UseCookies = false });

    /// <summary>Looks at all ports at once.</summary>
    /// <returns>What listens, in the order of the ports.</returns>
    public async Task<IReadOnlyList<FoundEngine>> LookAsync(IEnumerable<int> ports, CancellationToken stop) =>
        [.. (await Task.WhenAll(ports.Select(port => LookAsync(port, stop)))).OfType<FoundEngine>()];

    public void Dispose() => _client.Dispose();

    private static bool Has(JsonElement value, string member) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out _);

    private static string? Text(JsonElement value, string member) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonElement[] Entries(JsonElement value, string member) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private async Task<FoundEngine?> LookAsync(int port, CancellationToken stop)
    {
        if (!await ListensAsync(port, stop))
        {
            return null;
        }

        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var listed = await AskAsync(url + "/v1/models", stop);
        foreach (var (path, engine, isSo) in Signs)
        {
            if (await AskAsync(url + path, stop) is { } answer && isSo(answer))
            {
                return new FoundEngine(url, engine, Names(listed, answer));
            }
        }

        // An array of data with ids is what every engine of that API answers, and nothing else is likely to.
        var isEngine = listed is { } models && Has(models, "data") && Entries(models, "data").All(model => Text(model, "id") is not null);
        return new FoundEngine(url, isEngine ? OfOwner(listed!.Value) : null, isEngine ? Names(listed, null) : []);
    }

    private static string OfOwner(JsonElement models) => Entries(models, "data").Select(model => Text(model, "owned_by")).FirstOrDefault() switch
    {
        "vllm" => "vllm",
        "sglang" => "sglang",
        "llamacpp" => "llama.cpp",
        "koboldcpp" => "koboldcpp",
        _ => "openai-compatible",
    };

    /// <summary>What can be asked for by name; a name with a control character in it is none.</summary>
    private static List<string> Names(params ReadOnlySpan<JsonElement?> answers)
    {
        foreach (var answer in answers)
        {
            List<string> names =
            [
                .. (answer is { } value ? Entries(value, "data").Concat(Entries(value, "models")) : [])
                    .Select(model => Text(model, "id") ?? Text(model, "model") ?? Text(model, "key") ?? Text(model, "name")).OfType<string>()
                    .Where(name => name.Length is > 0 and <= 200 && name == name.Trim() && !name.Any(char.IsControl)).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostModels),
            ];
            if (names.Count > 0)
            {
                return names;
            }
        }

        return [];
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Connect);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
            return true;
        }
        catch (Exception closed) when (closed is SocketException || (closed is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<JsonElement?> AskAsync(string url, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Answer);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await _client.SendAsync(request, deadline.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return null;
            }

            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token);
            var bytes = new byte[LargestAnswer];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, deadline.Token);
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.Clone();
        }
        catch (Exception silent) when (silent is HttpRequestException or IOException or JsonException || (silent is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }
}
