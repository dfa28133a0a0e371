using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Learned;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>Where it is kept what was spent: a file beside the one of what is learned, written as that is, so that a restart does not hand out the day's money once more.</summary>
/// <param name="path">Absolute path.</param>
/// <param name="file">Writes it.</param>
/// <param name="logger">For one that makes no sense.</param>
internal sealed partial class SpendingFile(string path, LearnedFile file, ILogger<SpendingFile> logger)
{
    private const string Day = "yyyy-MM-dd";

    /// <returns>Null when nothing is known.</returns>
    public (DateOnly Day, IReadOnlyDictionary<ModelId, double> Spent)? Load()
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var day = DateOnly.ParseExact(json.RootElement.GetProperty("day").GetString()!, Day, CultureInfo.InvariantCulture);
            return (day, json.RootElement.GetProperty("usd").EnumerateObject().ToDictionary(member => new ModelId(member.Name), member => Math.Max(0, member.Value.GetDouble())));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            LogUnreadable(path, failure.Message);
            return null;
        }
    }

    /// <returns>Whether it is on the disk now.</returns>
    public bool Save(DateOnly day, IReadOnlyDictionary<ModelId, double> spent) => file.Save(JsonReply.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("day", day.ToString(Day, CultureInfo.InvariantCulture));
        json.WriteStartObject("usd");
        foreach (var (model, usd) in spent)
        {
            json.WriteNumber(model.Value, usd);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }));

    [LoggerMessage(520, LogLevel.Warning, "What was spent today cannot be read from {Path}: {Problem}. It is counted from nothing")]
    private partial void LogUnreadable(string path, string problem);
}
