using System.Net;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Ingress;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>Passes a request that only an Ollama can do on to one, and its answer back as it comes: fetching a model takes an hour, and says how far it is.</summary>
internal static class OllamaPassage
{
    /// <param name="http">The request; its path and query are the engine's too.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="body">What it is sent.</param>
    public static async Task PassAsync(HttpContext http, EngineSpec engine, HttpContent body)
    {
        using var upstream = new Upstream(engine.Url!, engine.ApiKey); // rare enough for a connection of its own
        using var request = RequestFor(http, engine, upstream, body);
        try
        {
            using var answer = await upstream.Invoker.SendAsync(request, http.RequestAborted);
            http.Response.StatusCode = (int)answer.StatusCode;
            HeaderPolicy.Copy(answer, http.Response.Headers);
            http.Response.ContentLength = null; // where it ends is told when it is known here what has changed there
            await CopyAsync(await answer.Content.ReadAsStreamAsync(http.RequestAborted), http);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException && !http.RequestAborted.IsCancellationRequested)
        {
            await Refuse.WithAsync(http, new RouterError.OllamaUnreached(engine.Name, failure.Message), Dialect.Ollama, atEventBoundary: true);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Who asked has left, and the connection to the engine is closed: by that it knows.
        }
    }

    private static HttpRequestMessage RequestFor(HttpContext http, EngineSpec engine, Upstream upstream, HttpContent body)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(http.Request.Method), upstream.UriOf(http.Request.Path, http.Request.QueryString))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        HeaderPolicy.Copy(http.Request.Headers, request);
        upstream.Authorize(request);
        foreach (var (name, value) in engine.ControlHeaders)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value.Value);
        }

        return request;
    }

    private static async Task CopyAsync(Stream from, HttpContext http)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, http.RequestAborted) is var count and > 0)
        {
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }
}
