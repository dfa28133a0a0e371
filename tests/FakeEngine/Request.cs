using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FakeEngine;

/// <summary>One request, exactly as it came.</summary>
internal sealed record Request(string Method, string Target, List<string[]> Headers, byte[] Body)
{
    public string Path => Target.Split('?')[0];

    public bool Streams => Body.AsSpan().IndexOf("\"stream\":true"u8) >= 0 || Body.AsSpan().IndexOf("\"stream\": true"u8) >= 0;

    /// <summary>All of it as JSON, for a test to compare with what was sent.</summary>
    public string Describe()
    {
        var json = new StringBuilder();
        json.Append("{\"method\":").Append(Quote(Method)).Append(",\"target\":").Append(Quote(Target)).Append(",\"headers\":[");
        json.AppendJoin(',', Headers.Select(header => $"[{Quote(header[0])},{Quote(header[1])}]"));
        json.Append("],\"body_length\":").Append(Body.Length);
        json.Append(",\"body_sha256\":\"").Append(Convert.ToHexStringLower(SHA256.HashData(Body)));
        json.Append("\",\"body_base64\":\"").Append(Convert.ToBase64String(Body)).Append("\"}");
        return json.ToString();
    }

    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
