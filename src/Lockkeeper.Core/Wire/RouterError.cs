using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Wire;

/// <summary>Everything Lockkeeper itself can refuse a request with. Closed. An engine's own errors pass through untouched where it was asked in the client's dialect; else they are said in that one (<see cref="EngineRefused"/>).</summary>
/// <param name="Status">HTTP status, while the status line is still ours to write.</param>
/// <param name="Blame">Whose doing it is.</param>
/// <param name="Code">Stable machine-readable code, part of the API.</param>
/// <param name="Message">Cause, evidence and fix in words.</param>
internal abstract record RouterError(int Status, Blame Blame, string Code, string Message)
{
    /// <summary>When trying again makes sense; written as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The request field at fault, where one is.</summary>
    public string? Field { get; private init; }

    /// <param name="Limit">In bytes.</param>
    /// <param name="Key">Where it can be raised; null for a limit that cannot.</param>
    public sealed record BodyTooLarge(long Limit, string? Key) : RouterError(413, Blame.Client, "body_too_large",
        string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {Limit} bytes.{(Key is null ? "" : $" Raise {Key} to allow it.")}"));

    public sealed record BodyInvalid(string Detail) : RouterError(400, Blame.Client, "invalid_json", $"The request body is not valid JSON: {Detail}");

    /// <param name="Encoding">How, as the client says.</param>
    public sealed record BodyCompressed(string Encoding) : RouterError(415, Blame.Client, "body_compressed",
        $"The request body is no JSON as it stands, and has the Content-Encoding '{Encoding}': bodies are not decompressed here. Send it as it is.");

    /// <summary>The body ended early, or broke HTTP.</summary>
    public sealed record BodyBroken(int HttpStatus, string Detail) : RouterError(HttpStatus, Blame.Client, "broken_request", $"The request body could not be read: {Detail}");

    public sealed record FieldInvalid : RouterError
    {
        public FieldInvalid(string field, string detail)
            : base(400, Blame.Client, "invalid_value", $"'{field}' {detail}") => Field = field;
    }

    /// <param name="Characters">It has.</param>
    /// <param name="Most">It may have.</param>
    public sealed record PromptTooLong(long Characters, int Most) : RouterError(400, Blame.Client, "prompt_too_long",
        string.Create(CultureInfo.InvariantCulture, $"The request has {Characters} characters of text, and this model takes {Most} (max_prompt_chars). Shorten it, or raise the limit."));

    /// <summary>An image for a model that sees nothing. It is found out before the model is loaded.</summary>
    public sealed record VisionUnsupported : RouterError
    {
        public VisionUnsupported(ModelId model, string place)
            : base(400, Blame.Client, "vision_unsupported", $"'{place}' is an image or a file, and the model '{model}' reads text alone. "
                + "Take one that lists 'vision' among its capabilities, or add that to them if it can see after all (models.*.capabilities).") => Field = place;
    }

    /// <summary>More, or larger, images or pages than the model takes.</summary>
    public sealed record MediaTooLarge : RouterError
    {
        /// <param name="place">The part at fault.</param>
        /// <param name="detail">What it is, and how much there may be.</param>
        /// <param name="key">Where that can be raised, without the model.</param>
        public MediaTooLarge(string place, string detail, string key)
            : base(400, Blame.Client, "media_too_large", $"'{place}' {detail} (models.*.media.{key}).") => Field = place;
    }

    /// <summary>What a request links to could not be had.</summary>
    public sealed record LinkNotFetched : RouterError
    {
        public LinkNotFetched(string place, string host, string cause)
            : base(400, Blame.Client, "link_not_fetched", $"'{place}' links to {host}, from where it could not be fetched: {cause}") => Field = place;
    }

    /// <summary>There is nothing here that could make images of pages.</summary>
    public sealed record PdfUnsupported : RouterError
    {
        public PdfUnsupported(string place, string program)
            : base(400, Blame.Client, "pdf_unsupported", $"'{place}' is a PDF, and the program that makes images of its pages is not installed where Lockkeeper runs ({program}, of poppler): "
                + "'apt install poppler-utils' on Debian and Ubuntu, 'brew install poppler' on macOS, 'choco install poppler' on Windows. Or send the pages as images.") => Field = place;
    }

    /// <param name="Detail">What is wrong with it.</param>
    public sealed record FormInvalid(string Detail) : RouterError(400, Blame.Client, "invalid_form", $"The request body is not a form that can be read: {Detail}");

    /// <summary>A large body, or a file out of one, is kept in a temporary file, and that failed.</summary>
    public sealed record TemporaryFileFailed(string Cause) : RouterError(503, Blame.Router, "temporary_file_failed",
        $"The request could not be kept in a temporary file while it is read: {Cause} Free some room there, or point TMPDIR to a place that has it.");

    public sealed record ModelUnknown : RouterError
    {
        public ModelUnknown(string asked, IReadOnlyList<string> near)
            : base(404, Blame.Client, "model_not_found", Describe(asked, near)) => Field = "model";

        private static string Describe(string asked, IReadOnlyList<string> near) => near.Count == 0
            ? $"The model '{asked}' is not known here. GET /v1/models lists what is."
            : $"The model '{asked}' is not known here. Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}? GET /v1/models lists all.";
    }

    /// <summary>In Ollama's own words, which its clients look for.</summary>
    public sealed record ModelNotFound : RouterError
    {
        public ModelNotFound(string asked)
            : base(404, Blame.Client, "model_not_found", $"model '{asked}' not found") => Field = "model";
    }

    /// <summary>Somebody wants to change what an Ollama has stored.</summary>
    public sealed record OllamaGuarded(string Method, string Path) : RouterError(403, Blame.Client, "destructive_ollama_api",
        $"{Method} {Path} changes the models that an Ollama has stored, and is not passed on (allow_destructive_ollama_api).");

    /// <summary>What only an Ollama can do, and there is none.</summary>
    public sealed record OllamaMissing(string Method, string Path) : RouterError(501, Blame.Client, "no_ollama_engine",
        $"{Method} {Path} is for an engine of lifecycle ollama, and none is configured.");

    /// <summary>An Ollama that is asked for something else than an answer of a model does not answer.</summary>
    public sealed record OllamaUnreached(string Engine, string Detail) : RouterError(502, Blame.Engine, "engine_unreachable", $"The engine '{Engine}' does not answer: {Detail}");

    /// <summary>Two models of that name were found in folders, and nothing says which is meant.</summary>
    public sealed record ModelAmbiguous : RouterError
    {
        public ModelAmbiguous(string asked, IReadOnlyList<string> paths)
            : base(409, Blame.Client, "model_ambiguous", $"The model '{asked}' was found more than once: {string.Join(" and ", paths.Select(path => $"'{path}'"))}. "
                + "Move or rename one of them, or configure one under this name (models).") => Field = "model";
    }

    /// <summary>The model is configured, but not to be served.</summary>
    public sealed record ModelDisabled : RouterError
    {
        public ModelDisabled(ModelId model)
            : base(503, Blame.Router, "model_disabled", $"The model '{model}' is disabled (models.*.enabled).") => Field = "model";
    }

    public sealed record RouteUnknown(string Method, string Path) : RouterError(404, Blame.Client, "unknown_route", $"There is no {Method} {Path} here.");

    /// <param name="Method">The one it came with.</param>
    /// <param name="Path">The route.</param>
    /// <param name="Allowed">Those the route takes, as in <c>GET, HEAD</c>; written as <c>Allow</c>.</param>
    public sealed record MethodNotAllowed(string Method, string Path, string Allowed)
        : RouterError(405, Blame.Client, "method_not_allowed", $"{Path} does not take {Method}, but {Allowed}.");

    /// <summary>Something threw that should not have. What it was is for the log: it may cite anything.</summary>
    public sealed record Internal(string RequestId) : RouterError(500, Blame.Router, "internal_error", $"Lockkeeper itself failed at this request. Its log says how, under {RequestId}.");

    public sealed record QueueFull : RouterError
    {
        public QueueFull(int waiting, TimeSpan retryAfter)
            : base(503, Blame.Router, "queue_full", string.Create(CultureInfo.InvariantCulture,
                $"{waiting} requests are waiting already, which is the limit (scheduling.max_queue). Try again in {Math.Ceiling(retryAfter.TotalSeconds)} s.")) => RetryAfter = retryAfter;
    }

    /// <summary>Waited longer than its priority allows.</summary>
    public sealed record QueueTimeout : RouterError
    {
        public QueueTimeout(ModelId model, TimeSpan waited, string standing)
            : base(504, Blame.Router, "queue_timeout", string.Create(CultureInfo.InvariantCulture,
                $"The request waited {waited.TotalSeconds:0.#} s for '{model}' (scheduling.queue_timeout); {standing}.")) => RetryAfter = TimeSpan.FromSeconds(5);
    }

    /// <summary>Had a place in a full queue, and lost it to a request of a better priority.</summary>
    public sealed record Displaced : RouterError
    {
        public Displaced(Priority newcomer, TimeSpan retryAfter)
            : base(503, Blame.Router, "displaced", string.Create(CultureInfo.InvariantCulture,
                $"The queue is full (scheduling.max_queue) and a {PriorityName.Of(newcomer)} request took this one's place. Try again in {Math.Ceiling(retryAfter.TotalSeconds)} s.")) => RetryAfter = retryAfter;
    }

    /// <summary>The model cannot be loaded beside what may not leave, or not at all.</summary>
    public sealed record InsufficientMemory : RouterError
    {
        public InsufficientMemory(ModelId model, string figures, TimeSpan? retryAfter = null)
            : base(503, Blame.Router, "insufficient_memory", $"'{model}' does not fit into memory: {figures}.") => RetryAfter = retryAfter;
    }

    /// <summary>The model failed several times in a row and is left alone for a while.</summary>
    public sealed record BackingOff : RouterError
    {
        public BackingOff(ModelId model, int failures, InstanceFailure failure, TimeSpan retryAfter)
            : base(503, Blame.Engine, "engine_backing_off", string.Create(CultureInfo.InvariantCulture,
                $"The engine for '{model}' failed {failures} times in a row and is started again in {Math.Ceiling(retryAfter.TotalSeconds)} s at the earliest. The last time: {failure}"))
        {
            RetryAfter = retryAfter;
            Failure = failure;
        }

        public InstanceFailure Failure { get; }
    }

    /// <summary>Somebody has drained Lockkeeper.</summary>
    public sealed record Drained : RouterError
    {
        public Drained()
            : base(503, Blame.Router, "drained", "Lockkeeper was drained (POST /admin/drain) and admits nothing until POST /admin/resume.") => RetryAfter = TimeSpan.FromSeconds(30);
    }

    /// <summary>A more urgent request has taken its slot. It is admitted again in its old place; nobody is answered with this.</summary>
    public sealed record Recalled() : RouterError(503, Blame.Router, "recalled", "A critical request needed the engine (scheduling.preempt).");

    /// <summary>Somebody has taken the request out of the queue, or aborted it.</summary>
    public sealed record CancelledByOperator(string RequestId)
        : RouterError(503, Blame.Router, "cancelled_by_operator", $"Request {RequestId} was cancelled (DELETE /admin/queue/{RequestId}).");

    /// <summary>The model is not configured any more.</summary>
    public sealed record ModelRemoved(ModelId Model)
        : RouterError(404, Blame.Router, "model_not_found", $"The model '{Model}' was removed from the configuration while the request waited.");

    public sealed record ShuttingDown : RouterError
    {
        public ShuttingDown()
            : base(503, Blame.Router, "shutting_down", "Lockkeeper is shutting down.") => RetryAfter = TimeSpan.FromSeconds(5);
    }

    /// <summary>The client hung up. There is nobody left to read this; it is for the log.</summary>
    public sealed record ClientGone() : RouterError(499, Blame.Client, "client_closed_request", "The client closed the connection.");

    /// <summary>The client has stopped reading a long answer while others waited for the engine.</summary>
    public sealed record ClientStalled(TimeSpan Stall) : RouterError(499, Blame.Client, "client_stalled", string.Create(CultureInfo.InvariantCulture,
        $"The client read nothing for {Stall.TotalSeconds:0} s while others waited; its connection was cut."));

    /// <summary>The engine could not be started for the model.</summary>
    public sealed record StartFailed : RouterError
    {
        public StartFailed(ModelId model, InstanceFailure failure)
            : base(503, Blame.Engine, "engine_start_failed", $"The engine for '{model}' did not start: {failure}") => Failure = failure;

        public InstanceFailure Failure { get; }
    }

    /// <summary>The engine was ready but takes no connection. It has seen nothing of the request, so trying again is safe.</summary>
    public sealed record EngineUnreached : RouterError
    {
        public EngineUnreached(ModelId model, InstanceFailure failure)
            : base(502, Blame.Engine, "engine_unreachable", $"The engine for '{model}' takes no connection: {failure}") => Failure = failure;

        public InstanceFailure Failure { get; }
    }

    /// <summary>The engine died, or cut the connection, before or while it answered.</summary>
    public sealed record EngineFailed : RouterError
    {
        public EngineFailed(ModelId model, InstanceFailure failure)
            : base(502, Blame.Engine, "engine_failed", $"The engine for '{model}' failed while answering: {failure}") => Failure = failure;

        public InstanceFailure Failure { get; }

        /// <summary>Whether it died within moments of being sent the request, and before a byte of an answer: it may be tried once more.</summary>
        public bool DiedAtOnce { get; init; }
    }

    /// <summary>The engine was stopped by us before it had answered.</summary>
    public sealed record EngineStopped : RouterError
    {
        public EngineStopped(ModelId model, InstanceFailure failure)
            : base(503, Blame.Router, "engine_stopped", $"The engine for '{model}' was stopped before it had answered: {failure}") => RetryAfter = TimeSpan.FromSeconds(1);
    }

    public sealed record EngineSilent(ModelId Model, TimeSpan Timeout) : RouterError(504, Blame.Engine, "engine_timeout", string.Create(CultureInfo.InvariantCulture,
        $"The engine for '{Model}' has sent nothing for {Timeout.TotalSeconds:0.###} s (request_timeout); the request was aborted."));

    /// <summary>It had its instance for longer than one request may.</summary>
    public sealed record MaxDurationPassed(ModelId Model, TimeSpan Limit) : RouterError(504, Blame.Router, Name, string.Create(CultureInfo.InvariantCulture,
        $"The request had '{Model}' for {Limit.TotalSeconds:0.###} s, which is as long as one may (max_duration); it was aborted."))
    {
        /// <summary>Its code.</summary>
        public const string Name = "max_duration";
    }

    public sealed record RequestUnknown(string RequestId) : RouterError(404, Blame.Client, "request_not_found",
        $"There is no request '{RequestId}' here: it never was, or it ended too long ago to be remembered. GET /admin/requests lists those that are.");

    public sealed record RequestEnded(string RequestId) : RouterError(409, Blame.Client, "request_ended", $"Request '{RequestId}' has ended already; GET /admin/requests/{RequestId} tells how.");

    /// <summary>Somebody wants an engine stopped that another one runs.</summary>
    public sealed record EngineAttached(ModelId Model, Uri? Address) : RouterError(409, Blame.Client, "engine_attached",
        $"The engine for '{Model}' is attached: somebody else runs it at {Address}, and Lockkeeper never stops it. Stop it there.");

    /// <summary>Somebody wants a model out of memory that is in none of ours.</summary>
    public sealed record EngineInCloud(ModelId Model, Uri? Address) : RouterError(409, Blame.Client, "engine_in_cloud",
        $"'{Model}' is served in the cloud at {Address}: it holds no memory here, so there is nothing to unload, to pin or to unpin.");

    /// <summary>The model's requests of today have cost what they may.</summary>
    public sealed record SpendLimitReached : RouterError
    {
        /// <param name="model">The model.</param>
        /// <param name="limit">US dollars of a day.</param>
        /// <param name="spent">By requests that have ended.</param>
        /// <param name="inFlight">That those which run may cost.</param>
        /// <param name="reset">When the day ends.</param>
        /// <param name="retryAfter">When there may be some left.</param>
        public SpendLimitReached(ModelId model, double limit, double spent, double inFlight, DateTimeOffset reset, TimeSpan retryAfter)
            : base(402, Blame.Client, "spend_limit_reached", string.Create(CultureInfo.InvariantCulture,
                $"'{model}' may cost {limit:0.00##} USD a day (max_usd_per_day): {spent:0.00##} are spent, and what runs may cost {inFlight:0.00##} more. The day ends at {reset.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")) =>
            RetryAfter = retryAfter;
    }

    /// <summary>There are keys, and the request has none.</summary>
    public sealed record KeyMissing() : RouterError(401, Blame.Client, "invalid_api_key",
        "This server needs an API key: send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'.");

    /// <summary>The request has a key that is none of ours. It is not repeated: it may be somebody else's.</summary>
    public sealed record KeyUnknown() : RouterError(401, Blame.Client, "invalid_api_key", "The API key of the request is not known here (server.api_keys).");

    /// <summary>The key opens other doors.</summary>
    public sealed record ScopeMissing(string Caller, Scope Scope) : RouterError(403, Blame.Client, "scope_missing",
        $"{Caller} lacks the scope '{Scope.ToString().ToLowerInvariant()}', which this route needs (server.api_keys, scopes).");

    /// <summary>The model is there, but not for this key.</summary>
    public sealed record ModelForbidden : RouterError
    {
        public ModelForbidden(string caller, string asked)
            : base(403, Blame.Client, "model_forbidden", $"{caller} may not use the model '{asked}' (server.api_keys, models). GET /v1/models lists those it may use.") => Field = "model";
    }

    /// <summary>The request addresses this server by a name that is not its own, as a page does that has rebound its name to this machine.</summary>
    public sealed record HostRefused(string Host) : RouterError(403, Blame.Client, "host_not_allowed",
        $"This server is not addressed as '{Host}'. Use its address, or add the name to server.allowed_hosts.");

    /// <summary>A web page of somewhere else uses the visitor's browser to come here.</summary>
    public sealed record OriginRefused(string Origin) : RouterError(403, Blame.Client, "origin_not_allowed",
        $"Pages of '{Origin}' may not use this server. Add the origin to server.cors to let them.");

    /// <summary>More requests in a minute than the key may have.</summary>
    public sealed record RateLimited : RouterError
    {
        public RateLimited(string caller, int limit, TimeSpan retryAfter)
            : base(429, Blame.Client, "rate_limit_exceeded", string.Create(CultureInfo.InvariantCulture,
                $"{caller} has had {limit} requests within a minute, which is its limit (requests_per_minute). Try again in {Math.Ceiling(retryAfter.TotalSeconds)} s.")) => RetryAfter = retryAfter;
    }

    /// <summary>More requests at the same time than the key may have.</summary>
    public sealed record TooManyConcurrent : RouterError
    {
        public TooManyConcurrent(string caller, int limit)
            : base(429, Blame.Client, "rate_limit_exceeded", string.Create(CultureInfo.InvariantCulture,
                $"{caller} has {limit} requests waiting or running, which is its limit (max_concurrent). Try again when one has ended.")) => RetryAfter = TimeSpan.FromSeconds(1);
    }

    /// <summary>The model is of another kind than the route; found out before anything is stopped or started for it.</summary>
    public sealed record ModelUnsuited : RouterError
    {
        public ModelUnsuited(ModelId model, string route, string why)
            : base(400, Blame.Client, "model_unsuited", $"'{model}' cannot answer {route}: {why}") => Field = "model";
    }

    /// <summary>The engine speaks no dialect that the request can be said in.</summary>
    public sealed record RouteUnspoken : RouterError
    {
        public RouteUnspoken(ModelId model, string route, string spoken)
            : base(501, Blame.Router, "route_unsupported", $"The engine of '{model}' does not know {route}, and what is asked there cannot be said in what it speaks ({spoken}).") => Field = "model";
    }

    /// <summary>Something was asked of an engine that must be running for it, and is not.</summary>
    public sealed record ModelNotLoaded : RouterError
    {
        public ModelNotLoaded(ModelId model)
            : base(409, Blame.Client, "model_not_loaded", $"'{model}' is not loaded, and a GET does not load it. Send it a request, or POST /admin/models/{model}/load.") => Field = "model";
    }

    /// <summary>The engine's own error, said in the client's dialect because the engine speaks another.</summary>
    public sealed record EngineRefused : RouterError
    {
        public EngineRefused(int status, string? code, string message, TimeSpan? retryAfter = null)
            : base(status, status < 500 ? Blame.Client : Blame.Engine, code ?? "engine_error", message) => RetryAfter = retryAfter;
    }

    /// <summary>The time that the request itself allows is over.</summary>
    public sealed record TimeoutAsked(TimeSpan Limit) : RouterError(504, Blame.Client, "timeout", string.Create(CultureInfo.InvariantCulture,
        $"The request took longer than the {Limit.TotalSeconds:0.###} s that it allows itself (timeout); it was aborted."));
}
