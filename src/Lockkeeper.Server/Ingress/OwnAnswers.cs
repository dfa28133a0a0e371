using System.Buffers;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Security;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>What is not forwarded but answered here: a model that is to be loaded or to go, tokens that are to be counted, and a program that is asked in place of a cloud.</summary>
internal sealed class OwnAnswers(Admission admission, TimeProvider time)
{
    private readonly TokenCounter _counter = new(time);

    /// <summary>An Ollama client wants a model loaded, which is waiting in the queue like any request, or unloaded, which is for those to say who may administer.</summary>
    public async ValueTask<RouterError?> FulfilAsync(Answer answer, Prepared prepared, OllamaRequest.Wish wish)
    {
        var (entry, caller) = (answer.Request.Entry, Caller.Of(answer.Http));
        if (wish is OllamaRequest.Unload && !caller.May(Scope.Admin))
        {
            return new RouterError.ScopeMissing(caller.ToString(), Scope.Admin);
        }

        if (wish is OllamaRequest.Unload)
        {
            admission.Tell(new SchedulerEvent.UnloadAsked(prepared.Model.Id, Force: false));
        }
        else if (!Clouds.Has(prepared.Model))
        {
            if (!(await Admit.EnterAsync(answer.Request, admission, prepared, answer.KeepAlive, place: null)).Holds(out var lease, out var error))
            {
                return error;
            }

            await lease.DisposeAsync();
        }

        var naming = new AnswerNaming(wish.Model, entry.Id, entry.Arrived);
        var clock = new AnswerClock(() => answer.Request.Age, () => entry.Queue ?? TimeSpan.Zero);
        await WriteAsync(answer.Http, output => OllamaLines.WriteLoad(wish, naming, clock, output));
        return null;
    }

    /// <summary>Counts by the engine's own tokeniser where the model is loaded; nothing is loaded for it, it is estimated instead, which a header says.</summary>
    public async ValueTask<RouterError?> CountAsync(Answer answer, Prepared prepared, ChatTurn turn)
    {
        int? counted = null;
        if (await IsReadyAsync(prepared.Model.Id))
        {
            if (!(await Admit.EnterAsync(answer.Request, admission, prepared, answer.KeepAlive, place: null)).Holds(out var lease, out var error))
            {
                return error;
            }

            await using (lease)
            {
                var chat = new ArrayBufferWriter<byte>();
                ChatRequestWriter.Write(turn with { Model = prepared.Model.AskedAs }, chat);
                counted = await _counter.CountAsync(lease.Upstream, prepared.Model, chat.WrittenMemory, answer.Request.Aborted);
            }
        }

        if (counted is null)
        {
            answer.Http.Response.Headers[RouterHeaders.Estimate] = "true";
        }

        await WriteAsync(answer.Http, output => CountTokens.Write(counted ?? TokenEstimate.Of(turn), output));
        return null;
    }

    /// <summary>Whether a run of the model could take a request now.</summary>
    public async ValueTask<bool> IsReadyAsync(ModelId model) =>
        (await admission.LookAsync()).Instances.Any(instance => instance.Id.Model == model && instance.Phase == InstancePhase.Ready);

    /// <summary>The program tells its answer in one piece; until then its client is kept alive.</summary>
    public static async ValueTask<RouterError?> AskAsync(Answer answer, ProgramQuestion question)
    {
        var response = answer.Http.Response;
        var told = new ArrayBufferWriter<byte>();
        var listener = new FailureListener(question.Write(told));
        var asking = question.AskAsync(listener, answer.Request.Aborted);
        await answer.KeepAlive.WhileAsync(asking, () => new("asking claude"), answer.Request.Aborted, atEngine: true);
        try
        {
            await asking;
        }
        catch (OperationCanceledException) when (answer.Request.Aborted.IsCancellationRequested)
        {
            return answer.Request.WhyAborted;
        }

        if (listener.Failure is { } failure)
        {
            return new RouterError.EngineRefused(failure.Status, failure.Code, failure.Message);
        }

        response.ContentType = response.HasStarted ? response.ContentType : question.ContentType;
        await response.BodyWriter.WriteAsync(told.WrittenMemory, answer.Http.RequestAborted);
        return null;
    }

    private static async ValueTask WriteAsync(HttpContext http, Action<IBufferWriter<byte>> write)
    {
        var written = new ArrayBufferWriter<byte>();
        write(written);
        http.Response.ContentType = JsonVoice.MediaType;
        http.Response.ContentLength = written.WrittenCount;
        await http.Response.BodyWriter.WriteAsync(written.WrittenMemory, http.RequestAborted);
    }
}

/// <summary>A chat that a program of this machine answers.</summary>
/// <param name="AskAsync">Has it answered; the token ends the program.</param>
/// <param name="Write">Makes the one who writes the answer.</param>
/// <param name="ContentType">Of what is written.</param>
internal sealed record ProgramQuestion(Func<IAnswerSink, CancellationToken, Task> AskAsync, Func<IBufferWriter<byte>, IAnswerSink> Write, string ContentType)
{
    /// <summary>Whether that is a stream.</summary>
    public bool Stream { get; init; }
}
