using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Security;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>Which model the body of a request names: <c>model</c>, or <c>name</c> as older clients say it.</summary>
internal static class AskedModel
{
    public static Checked<string> In(JsonElement body)
    {
        foreach (var member in (string[])["model", "name"])
        {
            if (body.TryGetProperty(member, out var name) && name.ValueKind != JsonValueKind.Null)
            {
                return name.ValueKind != JsonValueKind.String ? new RouterError.FieldInvalid(member, "must be a string.") : Text(name, member);
            }
        }

        return new RouterError.FieldInvalid("model", "is required.");
    }

    /// <summary>The model of that name, also with Ollama's default tag or without. One that is disabled can be looked at all the same.</summary>
    public static Checked<ModelSpec> Find(ModelCatalog catalog, string asked, Caller caller)
    {
        var name = catalog.Tagged(asked);
        return catalog.Find(name) is { } model ? caller.MayUse(model) ? model : new RouterError.ModelForbidden(caller.ToString(), asked)
            : Resolve.Named(catalog, name, caller).Holds(out _, out var error) || error is RouterError.ModelUnknown ? new RouterError.ModelNotFound(asked)
            : error;
    }

    private static Checked<string> Text(JsonElement name, string member)
    {
        try
        {
            return name.GetString() is { Length: > 0 } text ? text : new RouterError.FieldInvalid(member, "must not be empty.");
        }
        catch (InvalidOperationException)
        {
            return new RouterError.FieldInvalid(member, "is not valid Unicode."); // half a surrogate pair
        }
    }
}
