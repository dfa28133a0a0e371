using System.Text.Json;

namespace FakeEngine;

/// <summary>Models that are loaded and unloaded while the engine runs, in the words of Ollama or of TabbyAPI.</summary>
internal sealed class ControlApi(Flags flags)
{
    private const long Size = 3 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _loaded = flags.Loaded.Length == 0 ? [] : new() { [flags.Loaded] = 4096 };
    private readonly Dictionary<string, int> _loads = [];
    private readonly List<string> _stored = [.. flags.Models];
    private int _reloads;
    private int _cut;
    private int _most;
    private int _shown;

    public static string ModelOf(Request request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return body.RootElement.TryGetProperty("model", out var model) ? model.GetString()! : "";
    }

    /// <summary>Whether a completion can be served: an Ollama loads what is missing, a TabbyAPI does not.</summary>
    public bool Admits(Request request)
    {
        var model = flags.Ollama ? Untagged(ModelOf(request)) : ModelOf(request);
        if (flags.Ollama && Knows(model))
        {
            Load(model, null);
        }

        lock (_gate)
        {
            return _loaded.ContainsKey(model);
        }
    }

    public bool TryAnswer(Connection connection, Request request, Func<int> inFlight)
    {
        switch (request.Method, request.Path)
        {
            case ("GET", "/__loads"):
                Engine.SendJson(connection, 200, State());
                return true;
            case ("GET", "/api/tags") when flags.Ollama:
                lock (_gate)
                {
                    Engine.SendJson(connection, 200, $"{{\"models\":[{string.Join(',', _stored.Select(Tag))}]}}");
                }

                return true;
            case ("POST", "/api/show") when flags.Ollama:
                Interlocked.Increment(ref _shown);
                Engine.SendJson(connection, 200, Card(Untagged(ModelOf(request))));
                return true;
            case ("POST", "/api/pull") when flags.Ollama:
                Pull(connection, request);
                return true;
            case ("DELETE", "/api/delete") when flags.Ollama:
                lock (_gate)
                {
                    Engine.SendJson(connection, _stored.Remove(Untagged(ModelOf(request))) ? 200 : 404, "{}");
                }

                return true;
            case ("GET", "/api/ps") when flags.Ollama:
                Engine.SendJson(connection, 200, Loaded());
                return true;
            case ("POST", "/api/generate" or "/api/embed") when flags.Ollama:
                Generate(connection, request);
                return true;
            case ("GET", "/v1/model") when flags.Tabby:
                Current(connection);
                return true;
            case ("POST", "/v1/model/load" or "/v1/model/unload") when flags.Tabby && !IsAdmin(request):
                Engine.SendJson(connection, 401, """{"detail":"Invalid admin key"}""");
                return true;
            case ("POST", "/v1/model/load") when flags.Tabby:
                LoadInSteps(connection, request);
                return true;
            case ("POST", "/v1/model/unload") when flags.Tabby:
                _cut += inFlight();
                Unload(null);
                Engine.SendJson(connection, 200, "null");
                return true;
            default:
                return false;
        }
    }

    private bool IsAdmin(Request request) => flags.AdminKey.Length == 0 || request.Headers.Exists(header => header[0].Equals("x-admin-key", StringComparison.OrdinalIgnoreCase) && header[1] == flags.AdminKey);

    private string State()
    {
        lock (_gate)
        {
            var loads = string.Join(',', _loads.Select(load => $"{Request.Quote(load.Key)}:{load.Value}"));
            return $$"""{"loaded":[{{string.Join(',', _loaded.Keys.Select(Request.Quote))}}],"loads":{{{loads}}},"reloads":{{_reloads}},"cut":{{_cut}},"most":{{_most}},"shown":{{_shown}}}""";
        }
    }

    private string Loaded()
    {
        lock (_gate)
        {
            var models = _loaded.Select(model => $$"""{"name":"{{model.Key}}:latest","model":"{{model.Key}}:latest","size":{{Size}},"size_vram":{{Size}},"context_length":{{model.Value}}}""");
            return $"{{\"models\":[{string.Join(',', models)}]}}";
        }
    }

    private void Generate(Connection connection, Request request)
    {
        using var body = JsonDocument.Parse(request.Body);
        var model = Untagged(ModelOf(request));
        if (!Knows(model))
        {
            Engine.SendJson(connection, 404, $$"""{"error":"model '{{model}}' not found"}""");
        }
        else if (body.RootElement.TryGetProperty("keep_alive", out var keep) && keep.ValueKind == JsonValueKind.Number && keep.GetDouble() == 0)
        {
            Unload(model);
            Engine.SendJson(connection, 200, $$"""{"model":"{{model}}","response":"","done":true,"done_reason":"unload"}""");
        }
        else if (flags.LoadFails == model)
        {
            Engine.SendJson(connection, 500, """{"error":"llama runner process has terminated: exit status 2"}""");
        }
        else
        {
            connection.Wait(flags.LoadDelay);
            Load(model, body.RootElement.TryGetProperty("options", out var options) && options.TryGetProperty("num_ctx", out var context) ? context.GetInt64() : 4096);
            Engine.SendJson(connection, 200, $$"""{"model":"{{model}}","response":"","done":true,"done_reason":"load"}""");
        }
    }

    private void Current(Connection connection)
    {
        lock (_gate)
        {
            if (_loaded.Count == 0)
            {
                Engine.SendJson(connection, 400, """{"detail":"No models are currently loaded."}""");
                return;
            }

            Engine.SendJson(connection, 200, $$"""{"id":{{Request.Quote(_loaded.Keys.First())}},"object":"model","created":0,"owned_by":"tabbyAPI"}""");
        }
    }

    private void LoadInSteps(Connection connection, Request request)
    {
        using var body = JsonDocument.Parse(request.Body);
        var model = body.RootElement.GetProperty("model_name").GetString()!;
        if (!Knows(model))
        {
            Engine.SendJson(connection, 400, """{"detail":"Could not find the model path for load. Check model name or config.yml?"}""");
            return;
        }

        connection.BeginStream();
        for (var module = 1; module <= 2; module++)
        {
            connection.SendChunk($$"""data: {"model_type":"model","module":{{module}},"modules":2,"status":"processing"}""" + "\r\n\r\n");
            connection.Wait(flags.LoadDelay / 2);
        }

        if (flags.LoadFails == model)
        {
            connection.SendChunk("""data: {"error":{"message":"CUDA out of memory","trace":null}}""" + "\r\n\r\n");
        }
        else
        {
            Unload(null);
            Load(model, 4096);
            connection.SendChunk("""data: {"model_type":"model","module":2,"modules":2,"status":"finished"}""" + "\r\n\r\n");
        }

        connection.SendChunk("");
    }

    private void Pull(Connection connection, Request request)
    {
        connection.BeginStream("application/x-ndjson");
        connection.SendChunk("""{"status":"pulling manifest"}""" + "\n");
        for (var part = 0; part < 3; part++)
        {
            connection.SendChunk($$"""{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a0746a1ec1a","total":300,"completed":{{part * 150}}}""" + "\n");
            connection.Wait(part < 2 ? flags.LoadDelay : 0);
        }

        lock (_gate)
        {
            _stored.Add(Untagged(ModelOf(request)));
        }

        connection.SendChunk("""{"status":"success"}""" + "\n");
        connection.SendChunk("");
    }

    private static string Tag(string name) => $$$"""
        {"name":"{{{name}}}:latest","model":"{{{name}}}:latest","modified_at":"2026-01-02T03:04:05.123456789-07:00","size":{{{Size}}},"digest":"{{{Digest(name)}}}",
         "details":{"parent_model":"","format":"gguf","family":"qwen3","families":["qwen3"],"parameter_size":"8.2B","quantization_level":"Q4_K_M"}}
        """;

    private static string Card(string name) => $$$"""
        {"license":"","details":{"format":"gguf","family":"qwen3"},"capabilities":[{{{(name.StartsWith("embed", StringComparison.Ordinal) ? "\"embedding\"" : "\"completion\",\"tools\",\"thinking\"")}}}],
         "model_info":{"general.architecture":"qwen3","general.parameter_count":8190735360,"qwen3.context_length":40960,"qwen3.embedding_length":4096}}
        """;

    private static string Digest(string name) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    private static string Untagged(string model) => model.EndsWith(":latest", StringComparison.Ordinal) ? model[..^":latest".Length] : model;

    private bool Knows(string model) => flags.Models.Length == 0 || _stored.Contains(model);

    private void Load(string model, long? context)
    {
        lock (_gate)
        {
            var isLoaded = _loaded.TryGetValue(model, out var before);
            if (isLoaded && (context is null || context == before))
            {
                return;
            }

            _reloads += isLoaded ? 1 : 0;
            _loads[model] = _loads.GetValueOrDefault(model) + 1;
            _loaded[model] = context ?? 4096;
            _most = Math.Max(_most, _loaded.Count);
        }
    }

    private void Unload(string? model)
    {
        lock (_gate)
        {
            if (flags.UnloadLies)
            {
                return;
            }

            if (model is null)
            {
                _loaded.Clear();
            }
            else
            {
                _loaded.Remove(model);
            }
        }
    }
}
