using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>
/// What the models in clouds have cost today, and no more than they may. A day is one of UTC. What a request may cost is held back while it runs: many at the same time go beyond the limit by what one
/// of them costs, and no further. Any thread.
/// </summary>
internal sealed class Spending : IAsyncDisposable
{
    /// <summary>A kill at the wrong moment forgets what was spent within this time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>When a slot's worth of money may be free again.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly SpendingFile? _file;
    private readonly PeriodicTimer _timer;
    private readonly Task _keeping;
    private readonly Dictionary<ModelId, double> _spent = [];
    private readonly Dictionary<ModelId, double> _heldBack = [];
    private DateOnly _day;
    private bool _changed;

    /// <param name="file">What is remembered; null for nothing.</param>
    /// <param name="time">The clock.</param>
    public Spending(SpendingFile? file, TimeProvider time)
    {
        (_file, _time, _day) = (file, time, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        if (file?.Load() is { } before && before.Day == _day)
        {
            foreach (var (model, usd) in before.Spent)
            {
                _spent[model] = usd;
            }
        }

        _timer = new PeriodicTimer(Pause, time);
        _keeping = Task.Run(KeepAsync);
    }

    /// <summary>Whether there is money left for one more request, which is held back if there is.</summary>
    /// <param name="model">Whom it is for; one without a price costs nothing.</param>
    /// <param name="promptTokens">Of the request, estimated.</param>
    /// <param name="mostTokens">Of the answer.</param>
    public Checked<SpendingHold> Reserve(ModelSpec model, long promptTokens, long mostTokens)
    {
        var most = model.Price?.Of(promptTokens, mostTokens) ?? 0;
        lock (_gate)
        {
            Turn_NeedsLock();
            var (spent, heldBack) = (_spent.GetValueOrDefault(model.Id), _heldBack.GetValueOrDefault(model.Id));
            if (model.MaxUsdPerDay is { } limit && spent + heldBack >= limit)
            {
                var left = Reset - _time.GetUtcNow();
                return new RouterError.SpendLimitReached(model.Id, limit, spent, heldBack, Reset, spent >= limit ? left : TimeSpan.FromTicks(Math.Min(Soon.Ticks, left.Ticks)));
            }

            _heldBack[model.Id] = heldBack + most;
        }

        return new SpendingHold(this, model, most);
    }

    /// <summary>What each model has cost today, and what those of its requests that run may cost. A model that has cost nothing is missing.</summary>
    public IReadOnlyDictionary<ModelId, (double Spent, double HeldBack)> Now()
    {
        lock (_gate)
        {
            Turn_NeedsLock();
            return _spent.Keys.Union(_heldBack.Keys).ToDictionary(model => model, model => (_spent.GetValueOrDefault(model), _heldBack.GetValueOrDefault(model)));
        }
    }

    /// <summary>When the day ends.</summary>
    public DateTimeOffset Reset => new(_time.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _keeping;
        Save();
    }

    /// <summary>A request has ended.</summary>
    internal void End(ModelId model, double heldBack, double cost)
    {
        lock (_gate)
        {
            Turn_NeedsLock();
            var left = _heldBack.GetValueOrDefault(model) - heldBack;
            if (left > 1e-9)
            {
                _heldBack[model] = left;
            }
            else
            {
                _heldBack.Remove(model); // or what rounding leaves would add up
            }

            if (cost > 0)
            {
                _spent[model] = _spent.GetValueOrDefault(model) + cost;
                _changed = true;
            }
        }
    }

    private void Turn_NeedsLock()
    {
        var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        if (today != _day)
        {
            _day = today;
            _spent.Clear();
            _changed = true;
        }
    }

    private async Task KeepAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            Save();
        }
    }

    private void Save()
    {
        DateOnly day;
        Dictionary<ModelId, double> spent;
        lock (_gate)
        {
            if (!_changed || _file is null)
            {
                return;
            }

            (day, spent, _changed) = (_day, new(_spent), false);
        }

        if (!_file.Save(day, spent))
        {
            lock (_gate)
            {
                _changed = true;
            }
        }
    }
}
