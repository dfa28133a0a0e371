using System.Globalization;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>
/// Finds out that a run is dead while its process lives. Silence only raises a doubt. Dead is who then answers neither the ready path nor a token and uses no processor meanwhile, or
/// who does not listen any more: a server with one slot queues our token behind a long prompt, and one with a single thread our look as well, but neither can compute without a processor.
/// </summary>
/// <param name="model">What it serves.</param>
/// <param name="upstream">Where it answers, and its pulse.</param>
/// <param name="processes">Its living processes; none where what they do is not to be seen.</param>
/// <param name="rules">When it is doubted.</param>
/// <param name="time">The clock.</param>
internal sealed class LivenessWatch(ModelSpec model, Upstream upstream, Func<IReadOnlyList<int>> processes, LivenessRules rules, TimeProvider time)
{
    private readonly EngineTalk _talk = new(upstream, model.Engine, time);
    private readonly TaskCompletionSource<string> _dead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task<string?>? _examining;

    /// <summary>Completes when it is found dead, with the evidence. Never, when it is not.</summary>
    public Task<string> Dead => _dead.Task;

    /// <summary>Looks at the pulse for as long as the run is in service.</summary>
    public async Task WatchAsync(CancellationToken over)
    {
        try
        {
            var (doubted, asked) = (time.GetTimestamp(), time.GetTimestamp());
            while (!_dead.Task.IsCompleted)
            {
                await Task.Delay(rules.Look, time, over);
                var look = upstream.Pulse.Now();
                if (look is { Requests: > 0 } && Remarkable(look) is { } remarkable && look.Silence >= remarkable && time.GetElapsedTime(doubted) >= remarkable)
                {
                    Judge(await CheckUpAsync(look, remarkable, over));
                    doubted = time.GetTimestamp();
                }
                else if (look.Requests == 0 && IsDue(look, time.GetElapsedTime(asked)) && !rules.OthersWait())
                {
                    Judge(await IdleAsync(over));
                    asked = time.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The run is over for another reason.
        }
    }

    /// <summary>Asks, before a request is sent, whether anybody is there. Those who ask at the same time share the answer.</summary>
    /// <returns>The evidence when it is dead.</returns>
    public Task<string?> ExamineAsync(CancellationToken over)
    {
        lock (_gate)
        {
            return _examining is { IsCompleted: false } running ? running : _examining = LookAsync(over);
        }
    }

    private async Task<string?> LookAsync(CancellationToken over)
    {
        try
        {
            var effort = new Effort(processes, time);
            var ready = await _talk.ProbeReadyAsync(rules.ReadyPatience, over);
            return Judge(ready.IsUnreached || (ready.IsLate && effort.IsIdle) ? $"{ready.InFull()}, {effort}" : null);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>How long it may be silent; null while nothing is known of what is usual, or when nobody waits for a byte.</summary>
    private TimeSpan? Remarkable(Pulse.Look look)
    {
        var usual = rules.Usual(model.Id);
        var longest = look.Wholes ? usual.Whole : look.Streams ? usual.FirstByte : null;
        return longest is { } known ? Longer(known * LivenessRules.TimesUsual, rules.Floor) : null;
    }

    private bool IsDue(Pulse.Look look, TimeSpan sinceAsked) =>
        (look.IsSuspect && sinceAsked >= rules.SecondTry) || (model.Engine.HealthLies && sinceAsked >= rules.IdleEvery && look.Silence >= rules.IdleEvery);

    private async Task<string?> CheckUpAsync(Pulse.Look look, TimeSpan remarkable, CancellationToken over)
    {
        var effort = new Effort(processes, time);
        var ready = await _talk.ProbeReadyAsync(rules.ReadyPatience, over);
        var token = ready.IsUnreached ? null : await TokenAsync(over);
        if (ready.IsUnreached || (token is null ? ready.IsLate : token.IsLate) && effort.IsIdle && upstream.Pulse.Now().Silence >= look.Silence)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no byte came for {look.Silence.TotalSeconds:0.#} s, where {remarkable.TotalSeconds:0.#} s would be long; {ready.InFull()}{(token is null ? "" : $", {token.InFull()}")}, {effort}");
        }

        return null;
    }

    /// <summary>One token, and once more when that fails. A request that comes meanwhile is better evidence than either.</summary>
    private async Task<string?> IdleAsync(CancellationToken over)
    {
        string? first = null;
        while (true)
        {
            var effort = new Effort(processes, time);
            var token = await TokenAsync(over);
            if (token is null || !IsFailure(token))
            {
                upstream.Pulse.Clear();
                return null;
            }

            if (token.IsLate && effort.IsBusy)
            {
                return null; // with something that its client has left, perhaps; it is asked again
            }

            if (first is not null)
            {
                return $"it was idle, and a token was asked for in vain: {first}; then {token.InFull()}, {effort}";
            }

            first = token.InFull();
            await Task.Delay(rules.SecondTry, time, over);
            if (upstream.Pulse.Now().Requests > 0)
            {
                return null;
            }
        }
    }

    /// <summary>Has it generate. Null for a model that has no cheap work to do.</summary>
    private async Task<EngineReply?> TokenAsync(CancellationToken over) => TokenRequest.For(model, tokens: 1) is { } asked ? await _talk.ProbeAsync(asked, TokenPatience, over) : null;

    /// <summary>Whether it says that its model does not work; "busy" says that it does.</summary>
    private static bool IsFailure(EngineReply token) => token.Status is null or (>= 500 and not 503);

    private TimeSpan TokenPatience => Longer((rules.Usual(model.Id).FirstByte ?? TimeSpan.Zero) * LivenessRules.TimesUsual, rules.TokenPatience);

    private string? Judge(string? evidence)
    {
        if (evidence is not null)
        {
            _dead.TrySetResult(evidence);
        }

        return evidence;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>What the processes do from now on.</summary>
    private sealed class Effort(Func<IReadOnlyList<int>> processes, TimeProvider time)
    {
        private readonly IReadOnlyDictionary<int, TimeSpan>? _before = CpuTime.Of(processes());
        private readonly long _since = time.GetTimestamp();

        private TimeSpan? Used => CpuTime.Since(_before, processes());

        /// <summary>Known to do nothing.</summary>
        public bool IsIdle => Used is { } used && used < time.GetElapsedTime(_since) * LivenessRules.IdleShare;

        /// <summary>Known to do something.</summary>
        public bool IsBusy => Used is { } used && used >= time.GetElapsedTime(_since) * LivenessRules.IdleShare;

        public override string ToString() => CpuTime.Describe(Used);
    }
}
