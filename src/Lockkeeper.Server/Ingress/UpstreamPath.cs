using System.Buffers;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary><c>/upstream/{model}/…</c>: any path of a model's engine, through the queue and with a lease like every other request.</summary>
/// <param name="Model">Whose engine.</param>
/// <param name="Rest">The path there, with its first slash.</param>
internal readonly record struct UpstreamPath(ModelSpec Model, string Rest)
{
    public const string Pattern = "/upstream/{**rest}";

    private const string Prefix = "/upstream/";

    /// <summary>For its errors, and for nothing else: whatever the engine takes is taken.</summary>
    public static InferRoute Route { get; } = new("/upstream", Dialect.OpenAi, Capability.Tokenize);

    /// <summary>A model's name may have slashes in it: of the names the path begins with, the longest one is meant.</summary>
    public static Checked<UpstreamPath> Of(PathString path, Func<string, Checked<ModelSpec>> find)
    {
        var rest = path.Value is { } whole && whole.Length > Prefix.Length ? whole[Prefix.Length..] : "";
        RouterError? unknown = null;
        for (var end = rest.Length; end > 0; end = rest.LastIndexOf('/', end - 1))
        {
            if (find(rest[..end]).Holds(out var model, out var error))
            {
                return new UpstreamPath(model, end == rest.Length ? "/" : rest[end..]);
            }

            unknown = error;
        }

        return unknown ?? new RouterError.FieldInvalid("model", "is missing in the path: /upstream/MODEL/PATH.");
    }

    /// <summary>The bytes as they came, to the path that is left.</summary>
    public Passage Passage(ReadOnlySequence<byte> body) => new(Rest, new EngineBody(body), UntouchedForm.Instance);
}
