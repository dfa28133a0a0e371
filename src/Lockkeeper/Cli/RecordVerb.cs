using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper record</c>: writes a trace of what a running Lockkeeper is asked for, until a signal ends it. No prompt and no answer is in it, nor on its way here.</summary>
internal static class RecordVerb
{
    private const string DefaultUrl = "http://127.0.0.1:5590";

    private static readonly Option<string?> Url = new("--url") { HelpName = "URL", Description = $"Address of the Lockkeeper to listen to; default: {DefaultUrl}." };
    private static readonly Option<string?> KeyEnv = new("--key-env") { HelpName = "NAME", Description = "Environment variable that holds the API key, where one is needed." };
    private static readonly Option<string?> OutputFile = new("--output") { HelpName = "FILE", Description = "File to write the trace to; default: stdout." };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("record", "Write a trace for 'simulate' from live traffic, without prompts, until Ctrl-C.") { Url, KeyEnv, OutputFile };
        NotHere.Refuse(command, notHere);
        command.SetAction(async parsed => (int)await RunAsync(parsed));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        var url = parsed.GetValue(Url) ?? DefaultUrl;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return Told(console.Error, ExitCode.Usage, $"'{url}' is no value for --url; write an address such as {DefaultUrl}.");
        }

        string? key = null;
        if (parsed.GetValue(KeyEnv) is { } variable && (key = Environment.GetEnvironmentVariable(variable)) is null or "")
        {
            return Told(console.Error, ExitCode.Usage, $"the environment variable {variable}, named by --key-env, is not set.");
        }

        var file = parsed.GetValue(OutputFile);
        using var signals = new StopSignals();
        try
        {
            await using var output = file is null ? null : new StreamWriter(file);
            return await RecordAsync(new Uri(address, "/admin/events"), key, new TraceRecording(output ?? console.Output, console.Error), console.Error, signals.Stop);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return Told(console.Error, ExitCode.Failure, $"cannot write {file ?? "stdout"}: {unwritable.Message}");
        }
    }

    private static async Task<ExitCode> RecordAsync(Uri events, string? key, TraceRecording recording, TextWriter error, CancellationToken stop)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, events);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await client.SendAsync(request, stop);
            if (Refused(events, response) is { } refusal)
            {
                return Told(error, ExitCode.Failure, refusal);
            }

            await error.WriteLineAsync($"lockkeeper: listening to {events}; Ctrl-C ends it.");
            recording.Begin(response.Headers.Date ?? TimeProvider.System.GetUtcNow());
            await using var stream = await response.Content.ReadAsStreamAsync(stop);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(stop))
            {
                recording.Take(item.EventType, item.Data);
            }

            return Told(error, ExitCode.Failure, $"{events.Authority} has ended the stream. {recording.Summary}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Told(error, ExitCode.Success, recording.Summary);
        }
        catch (HttpRequestException unreachable)
        {
            return Told(error, ExitCode.Failure, $"cannot reach {events.Authority}: {unreachable.Message}");
        }
        catch (HttpIOException broken)
        {
            return Told(error, ExitCode.Failure, $"the connection to {events.Authority} broke: {broken.Message} {recording.Summary}");
        }
    }

    private static string? Refused(Uri events, HttpResponseMessage response) => response switch
    {
        { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => $"{events.Authority} wants an API key that may see this (HTTP {(int)response.StatusCode}); name the variable that holds it with --key-env.",
        { IsSuccessStatusCode: false } => $"{events} answered HTTP {(int)response.StatusCode}; is it a Lockkeeper?",
        { Content.Headers.ContentType.MediaType: "text/event-stream" } => null,
        _ => $"{events} answered with no event stream; is it a Lockkeeper?",
    };

    private static ExitCode Told(TextWriter error, ExitCode exit, string what)
    {
        error.WriteLine($"lockkeeper: {what}");
        return exit;
    }
}
