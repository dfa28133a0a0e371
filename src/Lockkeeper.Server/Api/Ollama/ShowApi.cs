using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary><c>POST /api/show</c>: what one model is and can do. By this clients decide whether to offer it, for what, and with how much context.</summary>
internal static class ShowApi
{
    /// <summary>The name of an architecture is the first half of other names, so there has to be one.</summary>
    private const string NoArchitecture = "unknown";

    /// <summary>Width of the column of names in a list of parameters.</summary>
    private const int Column = 30;

    /// <summary>Texts of stop sequences are written as Go quotes them.</summary>
    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapShow(this IEndpointRouteBuilder routes, LiveCatalog catalog, DateTimeOffset since) => routes.MapPost("/api/show", async (HttpContext http) =>
    {
        if ((await WishBody.ReadAsync(http)).Holds(out var body, out var error)
            && AskedModel.In(body).Holds(out var asked, out error)
            && AskedModel.Find(catalog.Current, asked, Caller.Of(http)).Holds(out var model, out error))
        {
            await JsonReply.WriteAsync(http, json => Write(json, model, since));
            return;
        }

        await Refuse.WithAsync(http, error!, Dialect.Ollama, atEventBoundary: true);
    });

    private static void Write(Utf8JsonWriter json, ModelSpec model, DateTimeOffset since)
    {
        var parameters = ParametersOf(model).ToList();
        var template = model.Facts?.ChatTemplate ?? "";
        json.WriteStartObject();
        json.WriteString("license", "");
        json.WriteString("modelfile", ModelfileOf(model, template, parameters));
        json.WriteString("parameters", string.Join('\n', parameters.Select(parameter => $"{parameter.Name.PadRight(Column)} {parameter.Value}")));
        json.WriteString("template", template);
        json.WriteString("system", "");
        ModelCard.WriteDetails(json, model);
        WriteInfo(json, model);
        ModelCard.WriteCapabilities(json, model);
        json.WriteString("modified_at", ModelCard.ModifiedAt(model, since));
        json.WriteEndObject();
    }

    private static void WriteInfo(Utf8JsonWriter json, ModelSpec model)
    {
        var facts = model.Facts;
        var architecture = facts?.Architecture ?? NoArchitecture;
        json.WriteStartObject("model_info");
        json.WriteString("general.architecture", architecture);
        json.WriteString("general.basename", model.Id.Value); // shown to people: two quantizations of one model have to be told apart
        if (facts?.Name is { } name)
        {
            json.WriteString("general.name", name);
        }

        Known(json, "general.parameter_count", facts?.Parameters);
        Known(json, $"{architecture}.context_length", model.ServedContext ?? facts?.ContextLength); // who fills more than is served is cut or refused
        Known(json, $"{architecture}.embedding_length", facts?.EmbeddingLength);
        Known(json, $"{architecture}.vocab_size", facts?.VocabularySize);
        Known(json, $"{architecture}.block_count", facts?.Attention?.Layers);
        json.WriteEndObject();
    }

    private static void Known(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    /// <summary>What an answer is made with where the client does not say otherwise, each stop text on a line of its own.</summary>
    private static IEnumerable<(string Name, string Value)> ParametersOf(ModelSpec model)
    {
        if (model.ServedContext is { } context)
        {
            yield return ("num_ctx", context.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (name, value) in model.Shape.Given.Defaults.Concat(model.Shape.Given.Set).GroupBy(field => field.Key).Select(field => field.Last()))
        {
            using var parsed = JsonDocument.Parse(value);
            switch (name)
            {
                case "stop":
                    var stops = parsed.RootElement.ValueKind == JsonValueKind.Array ? parsed.RootElement.EnumerateArray().ToList() : [parsed.RootElement];
                    foreach (var stop in stops.Where(stop => stop.ValueKind == JsonValueKind.String))
                    {
                        yield return ("stop", JsonSerializer.Serialize(stop.GetString(), Quoted));
                    }

                    break;
                case "temperature" or "top_p" or "top_k" or "min_p" or "seed" or "presence_penalty" or "frequency_penalty" when parsed.RootElement.ValueKind == JsonValueKind.Number:
                    yield return (name, value);
                    break;
                case "max_tokens" when parsed.RootElement.ValueKind == JsonValueKind.Number:
                    yield return ("num_predict", value);
                    break;
            }
        }
    }

    /// <summary>The file the model could have been made from, but for where its weights lie: that is nobody's business who may not read there.</summary>
    private static string ModelfileOf(ModelSpec model, string template, List<(string Name, string Value)> parameters)
    {
        var text = new StringBuilder().Append("FROM ").Append(model.Id.Value).Append('\n');
        if (template.Length > 0)
        {
            text.Append("TEMPLATE \"\"\"").Append(template).Append("\"\"\"\n");
        }

        foreach (var (name, value) in parameters)
        {
            text.Append("PARAMETER ").Append(name).Append(' ').Append(value).Append('\n');
        }

        return text.ToString();
    }
}
