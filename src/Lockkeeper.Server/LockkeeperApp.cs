using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server;

/// <summary>The server.</summary>
internal static class LockkeeperApp
{
    /// <returns>The exit code: 0 after an orderly stop.</returns>
    public static async Task<int> RunAsync(ServeSettings settings, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(settings.Config.Server.Listen);
        await using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await context.Response.WriteAsync("{\"status\":\"ok\"}", context.RequestAborted);
        });
        await app.StartAsync(stop);
        await settings.Error.WriteLineAsync($"lockkeeper: {settings.Catalog.Models.Length} models on {string.Join(' ', app.Urls)}");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.StopAsync(CancellationToken.None);
        return 0;
    }
}
