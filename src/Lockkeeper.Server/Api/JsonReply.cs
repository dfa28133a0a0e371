using System.Text.Json;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Api;

/// <summary>An answer of Lockkeeper's own, as JSON.</summary>
internal static class JsonReply
{
    /// <param name="write">Writes the one value.</param>
    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        var body = Bytes(write);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, JsonStyle.Readable))
        {
            write(json);
        }

        return bytes.ToArray();
    }

    extension(Utf8JsonWriter json)
    {
        public void Number(string name, double? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteNull(name);
            }
        }

        public void Number(string name, long? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteNull(name);
            }
        }

        /// <summary>Whole milliseconds.</summary>
        public void Milliseconds(string name, TimeSpan? value) => json.Number(name, (long?)value?.TotalMilliseconds);

        /// <summary>Seconds with three decimals.</summary>
        public void Seconds(string name, TimeSpan? value) => json.Number(name, value is { } time ? Math.Round(time.TotalSeconds, 3) : null);

        /// <summary>ISO 8601 in UTC, to the millisecond.</summary>
        public void Time(string name, DateTimeOffset? value) =>
            json.WriteString(name, value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
    }
}
