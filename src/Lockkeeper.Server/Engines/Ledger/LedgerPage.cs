using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Lockkeeper.Server.Api;

namespace Lockkeeper.Server.Engines.Ledger;

/// <summary>What one Lockkeeper notes of its engines, and who that Lockkeeper is.</summary>
/// <param name="Boot">The system's own name of the time since it was started: pids and start times mean nothing after the next start.</param>
/// <param name="Pid">The Lockkeeper.</param>
/// <param name="Started">When it was started, in clock ticks since boot.</param>
/// <param name="Engines">Its engines.</param>
internal sealed record LedgerPage(string Boot, int Pid, long Started, IReadOnlyList<LedgerEntry> Engines)
{
    private const int Version = 1;

    public byte[] Write() => JsonReply.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("boot", Boot);
        json.WriteNumber("pid", Pid);
        json.WriteNumber("started", Started);
        json.WriteStartArray("engines");
        foreach (var engine in Engines)
        {
            json.WriteStartObject();
            json.WriteString("model", engine.Model);
            json.WriteNumber("pid", engine.Pid);
            json.WriteNumber("started", engine.Started);
            json.WriteString("executable", engine.Executable);
            json.WriteNumber("port", engine.Port);
            json.WriteString("mark", engine.Mark);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>All of it or nothing: half a proof is none.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> text, [NotNullWhen(true)] out LedgerPage? page, [NotNullWhen(false)] out string? problem)
    {
        page = null;
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() is var version && version != Version)
            {
                problem = $"it is of version {version}, and this is version {Version}";
                return false;
            }

            page = new LedgerPage(Text(root, "boot"), root.GetProperty("pid").GetInt32(), root.GetProperty("started").GetInt64(), [.. root.GetProperty("engines").EnumerateArray().Select(Entry)]);
            problem = null;
            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            problem = broken.Message;
            return false;
        }
    }

    private static LedgerEntry Entry(JsonElement engine) => new(
        Text(engine, "model"), engine.GetProperty("pid").GetInt32(), engine.GetProperty("started").GetInt64(), Text(engine, "executable"), engine.GetProperty("port").GetInt32(), Text(engine, "mark"));

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new FormatException($"'{name}' is empty");
}
