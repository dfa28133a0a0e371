using System.Text.Json;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>Problems of a configuration as JSON, for programs that show them at their places.</summary>
internal static class ProblemsJson
{
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<ConfigProblem> problems)
    {
        json.WriteStartArray(name);
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", problem.File);
            json.WriteNumber("line", problem.Line);
            json.WriteString("key", problem.Key);
            json.WriteString("message", problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
