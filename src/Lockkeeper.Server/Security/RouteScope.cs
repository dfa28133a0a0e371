using Lockkeeper.Core.Config;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Security;

/// <summary>What a caller needs for a route. By path, so that a route that is added to a guarded part is guarded without being told.</summary>
internal static class RouteScope
{
    private static readonly PathString[] Store = ["/create", "/copy", "/delete", "/push", "/blobs"];

    /// <returns>Null when nobody is asked for a key: supervisors and load balancers have none.</returns>
    public static Scope? Of(PathString path) =>
        Is(path, "/health") || Is(path, "/v1/health") ? null
        : path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/status", StringComparison.OrdinalIgnoreCase) ? Scope.Admin
        : IsOfStore(path) ? Scope.Admin
        : path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase) ? Scope.Metrics
        : Scope.Infer;

    /// <summary>What changes the models that an Ollama has stored.</summary>
    private static bool IsOfStore(PathString path)
    {
        if (path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase, out var rest))
        {
            foreach (var part in Store)
            {
                if (rest.StartsWithSegments(part, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Is(PathString path, string route) => path.StartsWithSegments(route, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is null or "" or "/";
}
