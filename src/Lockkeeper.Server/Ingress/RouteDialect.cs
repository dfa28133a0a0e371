using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>Whose errors a path has. By path, so that what has no route is told in the words of the API that it was looked for in.</summary>
internal static class RouteDialect
{
    public static Dialect Of(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) ? Dialect.Ollama
        : path.StartsWithSegments("/v1/messages", StringComparison.OrdinalIgnoreCase) ? Dialect.Anthropic
        : path.StartsWithSegments("/v1/responses", StringComparison.OrdinalIgnoreCase) ? Dialect.Responses
        : path.StartsWithSegments("/v1/query", StringComparison.OrdinalIgnoreCase) ? Dialect.Query
        : Dialect.OpenAi;
}
