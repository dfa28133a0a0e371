using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary>Everything under <c>/admin</c>, and <c>/status</c>: to see, and to steer by hand.</summary>
internal static class AdminApi
{
    public static void MapAdmin(this IEndpointRouteBuilder routes, Lookout lookout, ChangeFeed feed)
    {
        routes.MapRequests(lookout.Journal, lookout.Admission);
        routes.MapQueue(lookout);
        routes.MapInstances(lookout);
        routes.MapPools(lookout);
        routes.MapFigures(lookout);
        routes.MapEvents(lookout, feed);
        routes.MapWishes(lookout);
        routes.MapStatus(lookout);
    }
}
