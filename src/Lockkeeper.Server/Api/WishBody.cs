using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Api;

/// <summary>The small JSON object, or nothing, that comes with a wish of a person.</summary>
internal static class WishBody
{
    /// <summary>Nobody has more to say.</summary>
    private const int Longest = 64 * 1024;

    /// <returns>The members of the object; empty when there is no body.</returns>
    public static async ValueTask<Checked<JsonElement>> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is var count and > 0)
        {
            await body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
            if (body.Length > Longest)
            {
                return new RouterError.BodyTooLarge(Longest, Key: null);
            }
        }

        if (body.Length == 0)
        {
            return JsonElement.Parse("{}"u8);
        }

        try
        {
            var text = body.GetBuffer().AsSpan(0, (int)body.Length);
            var element = JsonElement.Parse(text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text);
            return element.ValueKind == JsonValueKind.Object ? WithSoundNames(element) : new RouterError.BodyInvalid("it is not an object.");
        }
        catch (JsonException broken)
        {
            return http.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding ? new RouterError.BodyCompressed(encoding) : new RouterError.BodyInvalid(broken.Message);
        }
    }

    /// <summary>A name can be half a surrogate pair; looking any other up would trip over it.</summary>
    private static Checked<JsonElement> WithSoundNames(JsonElement element)
    {
        try
        {
            _ = element.EnumerateObject().Count(member => member.Name.Length > 0);
            return element;
        }
        catch (InvalidOperationException)
        {
            return new RouterError.BodyInvalid("it has a field whose name is not valid Unicode.");
        }
    }

    /// <summary>A flag, as a member of the body or a query parameter: <c>true</c> or <c>false</c>.</summary>
    public static Checked<bool> Flag(HttpContext http, JsonElement body, string name, bool unless)
    {
        if (body.TryGetProperty(name, out var member))
        {
            return member.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.GetBoolean() : new RouterError.FieldInvalid(name, "must be true or false.");
        }

        return !http.Request.Query.TryGetValue(name, out var asked) ? unless
            : bool.TryParse(asked, out var flag) ? flag
            : new RouterError.FieldInvalid(name, "must be true or false.");
    }
}
