using System.Net;
using Lockkeeper.LlamaCpp.Api;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Interop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.LlamaCpp;

/// <summary>The built-in engine: one model, one process, a few OpenAI routes on 127.0.0.1.</summary>
internal sealed partial class EngineServer : IAsyncDisposable
{
    /// <summary>Bytes of a request body. Long conversations fit; only pictures are larger, and no model here reads them.</summary>
    internal const long MaxRequestBody = 64 * 1024 * 1024;

    private const int Clean = 0;
    private const int CannotServe = 1;

    /// <summary>For streams to send their last words once generation has stopped.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _app;

    private EngineServer(WebApplication app, Decoder decoder)
    {
        _app = app;
        Decoder = decoder;
    }

    internal Decoder Decoder { get; }

    internal Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Serves until <paramref name="stop"/>, then stops within a second, in the middle of a computation too.</summary>
    /// <returns>The exit code: 0 after a stop; 1 when the model cannot be served, with the cause on stderr in one line.</returns>
    public static async Task<int> RunAsync(EngineOptions options, CancellationToken stop)
    {
        try
        {
            await using var server = await StartAsync(options, TimeProvider.System, logging => logging
                .SetMinimumLevel(LogLevel.Warning)
                .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
                .AddSimpleConsole(console => console.SingleLine = true)
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace), stop);
            await Console.Out.WriteLineAsync($"lockkeeper engine listens on {server.Address.GetLeftPart(UriPartial.Authority)} and loads {options.ModelPath}");
            await server.Decoder.Loaded.WaitAsync(stop);
            await Console.Out.WriteLineAsync("lockkeeper engine is ready");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Clean;
        }
        catch (Exception exception)
        {
            var isExpected = exception is EngineLoadException or IOException;
            await Console.Error.WriteLineAsync($"lockkeeper engine: {(isExpected ? exception.Message : exception.ToString()).ReplaceLineEndings(" ")}");
            return CannotServe;
        }

        return Clean;
    }

    /// <summary>Listens at once; the model loads meanwhile, see <see cref="Decoder.Loaded"/>.</summary>
    internal static async Task<EngineServer> StartAsync(EngineOptions options, TimeProvider time, Action<ILoggingBuilder> logging, CancellationToken stop)
    {
        // The empty builder reads no configuration files, watches none, and takes half the time.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBody;

            // How patient to be with a slow client is for the router to decide: it holds the connection to the real one.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        var decoder = new Decoder(options, time, app.Services.GetRequiredService<ILogger<Decoder>>());
        LlamaLog.Attach(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("llama.cpp"));
        var routes = new Routes(decoder, options.Alias ?? Path.GetFileNameWithoutExtension(options.ModelPath), time);
        var failures = app.Services.GetRequiredService<ILogger<EngineServer>>();
        app.Use((context, next) => AnswerFailuresAsync(context, next, failures));
        app.Run(routes.HandleAsync);

        // Side by side: both take a tenth of a second or more, and somebody is waiting for the swap.
        decoder.Start();
        try
        {
            await app.StartAsync(stop);
            return new EngineServer(app, decoder);
        }
        catch (Exception)
        {
            await decoder.DisposeAsync();
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Decoder.DisposeAsync();
        using var patience = new CancellationTokenSource(LastWords, TimeProvider.System);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private static async Task AnswerFailuresAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left. Nobody is to blame, and nobody is there to read an answer.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await JsonReply.RefuseAsync(context, new ApiError(exception.StatusCode, "invalid_request_error", "bad_request", exception.Message));
        }
        catch (ObjectDisposedException) when (!context.Response.HasStarted)
        {
            await JsonReply.RefuseAsync(context, ApiError.Stopping);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailed(logger, exception);
            await JsonReply.RefuseAsync(context, ApiError.Computation);
        }
    }

    [LoggerMessage(EventId = 920, Level = LogLevel.Error, Message = "A request failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    /// <summary>The token given by the caller is the only thing that stops the engine; the default would take the process's signals for itself.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
