using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Bodies of requests, and what is wrong with them.</summary>
internal static class RequestBody
{
    /// <summary>Bytes of memory taken on the word of a Content-Length alone.</summary>
    private const long FirstBuffer = 256 * 1024;

    public static async Task<(ReadOnlyMemory<byte> Body, ApiError? Problem)> ReceiveAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, FirstBuffer));
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return (body.GetBuffer().AsMemory(0, (int)body.Length), null);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            var limit = EngineServer.MaxRequestBody.ToString(CultureInfo.InvariantCulture);
            return (default, new ApiError(413, "invalid_request_error", "body_too_large", $"The request body is larger than {limit} bytes."));
        }
    }

    /// <summary>Reads a JSON object: strict about the fields that <paramref name="read"/> looks at, indifferent to all others.</summary>
    /// <returns>The request, or what is wrong with it.</returns>
    public static (T? Request, ApiError? Problem) Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, JsonFields, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var fields = new JsonFields();
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                fields.Fail("body", $"must be a JSON object, not {JsonFields.Describe(document.RootElement)}.", "invalid_type");
                return (null, fields.Problem);
            }

            var request = read(document.RootElement, fields);
            return fields.Problem is null ? (request, null) : (null, fields.Problem);
        }
        catch (JsonException exception)
        {
            return (null, ApiError.Invalid("invalid_json", $"The request body is not valid JSON: {exception.Message}"));
        }
        catch (InvalidOperationException)
        {
            // A field's name can be half a surrogate pair as well; looking any field up trips over it.
            return (null, ApiError.Invalid("invalid_json", "The request body has a field whose name is not valid Unicode."));
        }
    }
}
