using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Catalog;

/// <summary>
/// Keeps the catalog in step with the folders: what is dropped in is served, what is removed is gone. It looks through them beside everything else, soon after a change and every 30 s in any
/// case, and tells the catalog only what differs.
/// </summary>
internal sealed partial class Discovery(LiveCatalog live, TimeProvider time, ILogger<Discovery> logger) : IAsyncDisposable
{
    /// <summary>A client can make an engine fetch no more models than this until Lockkeeper starts again.</summary>
    private const int MostPulled = 32;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>A model that is copied changes many times a second.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly ModelFileReader _reader = new();
    private readonly FolderWatch _watch = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _configuredRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstScan = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DiscoveryPlan? _plan;
    private ImmutableDictionary<string, ReadModel> _configured = ImmutableDictionary<string, ReadModel>.Empty;
    private ImmutableArray<ModelSpec> _found = [];
    private ImmutableArray<ModelSpec> _pulled = [];
    private Dictionary<FoundModel, ModelSpec> _served = [];
    private HashSet<string> _told = [];
    private Task _loop = Task.CompletedTask;
    private TaskCompletionSource _nextLook = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the files of the configured models have been read. Whoever waits for it sets a deadline: a disk may hang.</summary>
    public Task ConfiguredRead => _configuredRead.Task;

    /// <summary>Completes when all folders have been looked through once.</summary>
    public Task FirstScan => _firstScan.Task;

    /// <summary>
    /// A configuration is in force, the first or another: puts its models into the catalog, with what is known of their files already, and looks through its folders soon.
    /// Nothing of an earlier one comes after it.
    /// </summary>
    /// <param name="plan">Its folders and models.</param>
    /// <param name="before">Done first, while nothing is told of any catalog.</param>
    public void Follow(DiscoveryPlan plan, Action? before = null)
    {
        lock (_gate)
        {
            (_plan, _served) = (plan, []);
            _pulled = plan.Puller is { } engine ? [.. _pulled.Select(model => plan.Pull(model.Id.Value, engine))] : [];
            live.Configure(plan.Configured(path => _configured.GetValueOrDefault(path)), before);
            live.Pull(_pulled);
        }

        _watch.Changes.Writer.TryWrite(true);
    }

    /// <summary>Looks through all folders now, and waits for the end of that, for 10 s at most: a disk may hang.</summary>
    public async Task SearchAsync(CancellationToken cancellationToken)
    {
        Task look;
        lock (_gate)
        {
            look = _plan is { Roots.IsEmpty: false } ? _nextLook.Task : Task.CompletedTask;
        }

        _watch.Changes.Writer.TryWrite(true);
        try
        {
            await look.WaitAsync(LongestSearch, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What is known has to do.
        }
    }

    /// <summary>Begins to look, and returns at once.</summary>
    public void Start()
    {
        live.Puller = Pull;
        _loop = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Makes a model of a name of the hub, where the configuration wants that; null where it does not, the name is none of the hub, or there are many such models already.</summary>
    public ModelSpec? Pull(string name)
    {
        lock (_gate)
        {
            if (_plan is not { Puller: { } engine } plan || !ModelNames.IsOfHub(name))
            {
                return null;
            }

            if (live.Current.Find(name) is null && live.Current.Ambiguous(name).IsEmpty)
            {
                if (_pulled.Length == MostPulled)
                {
                    LogTooManyPulled(name, MostPulled);
                    return null;
                }

                _pulled = _pulled.Add(plan.Pull(name, engine));
                live.Pull(_pulled);
                LogPulled(name, engine);
            }

            return live.Current.Find(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _loop.WaitAsync(Farewell, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // A disk hangs; the end of the process takes the loop along.
            return;
        }

        _watch.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Look();
                using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                await Task.WhenAny(_watch.Changes.Reader.WaitToReadAsync(over.Token).AsTask(), Task.Delay(Period, time, over.Token));
                await over.CancelAsync();
                await Task.Delay(Quiet, time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // It is to end.
        }
    }

    private void Look()
    {
        DiscoveryPlan? plan;
        TaskCompletionSource look;
        lock (_gate)
        {
            (plan, look) = (_plan, _nextLook);
            _nextLook = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (plan is null)
        {
            look.TrySetResult();
            return;
        }

        // What changes from here on is seen the next time.
        _watch.Changes.Reader.TryRead(out _);
        try
        {
            var problems = new List<string>();
            _reader.BeginRound();
            Configured(plan, problems);
            _configuredRead.TrySetResult();
            _watch.Follow([.. plan.Roots.Select(root => root.Path)]);
            Find(plan, problems);
            _reader.EndRound();
            Tell(problems);
            _firstScan.TrySetResult();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // One folder that cannot be looked through in a way nobody has thought of must not end the watch over all others.
            LogFailed(failure);
        }
        finally
        {
            look.TrySetResult();
        }
    }

    private void Configured(DiscoveryPlan plan, List<string> problems)
    {
        var read = ImmutableDictionary.CreateBuilder<string, ReadModel>(StringComparer.Ordinal);
        foreach (var path in plan.ConfiguredPaths.Distinct())
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (FolderScan.At(path, _reader) is not { } reading)
            {
                continue;
            }

            if (reading.Model is { } model)
            {
                read[path] = model;
            }
            else
            {
                problems.Add($"What {path} tells is not known: {reading.Refusal}");
            }
        }

        lock (_gate)
        {
            if (_plan == plan && (read.Count != _configured.Count || read.Any(one => !ReferenceEquals(_configured.GetValueOrDefault(one.Key), one.Value))))
            {
                _configured = read.ToImmutable();
                live.Configure(plan.Configured(path => _configured.GetValueOrDefault(path)));
            }
        }
    }

    private void Find(DiscoveryPlan plan, List<string> problems)
    {
        var served = new Dictionary<FoundModel, ModelSpec>();
        var names = new Dictionary<(string RealPath, string Engine), (FoundModel Model, List<string> Others)>();
        foreach (var root in plan.Roots)
        {
            var result = FolderScan.Of(root.Path, _reader, _stop.Token);
            problems.AddRange(result.Skipped.Select(skipped => $"{skipped.Path} is not listed: {skipped.Why}"));
            if (result.Unreadable)
            {
                problems.Add($"The folder {root.Path} is not there, or may not be read; it is looked for again every {Period.TotalSeconds} s");
            }

            foreach (var model in result.Models)
            {
                if (root.EngineFor(model.Read.Facts.Format) is not { } engine)
                {
                    continue;
                }

                // Two ways to one model are two names of it.
                if (!names.TryAdd((model.RealPath, engine), (model, [])))
                {
                    names[(model.RealPath, engine)].Others.Add(model.Id);
                }
            }
        }

        ImmutableArray<ModelSpec> found = [.. names.Select(named => Serve(plan, named.Value.Model, named.Key.Engine, named.Value.Others, served))];
        lock (_gate)
        {
            if (_plan != plan)
            {
                return;
            }

            _served = served;
            if (!found.AsEnumerable().SequenceEqual(_found, ReferenceEqualityComparer.Instance))
            {
                _found = found;
                live.Find(found);
                LogFound(found.Length, plan.Roots.Length);
            }
        }

        problems.AddRange(live.Current.AmbiguousIds.Select(id => $"The model '{id}' is found more than once and not served: {string.Join(", ", live.Current.Ambiguous(id))}"));
    }

    /// <summary>The spec of the last time, as long as the model is the same: others tell by the object whether anything has changed.</summary>
    private ModelSpec Serve(DiscoveryPlan plan, FoundModel model, string engine, List<string> others, Dictionary<FoundModel, ModelSpec> served)
    {
        ImmutableArray<string> aliases = [.. others.Append(model.Alias).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Where(alias => !alias.Equals(model.Id, StringComparison.OrdinalIgnoreCase))];
        var spec = _served.TryGetValue(model, out var last) && last.Engine.Name == engine && last.Aliases.SequenceEqual(aliases) ? last : plan.Serve(model, engine) with { Aliases = aliases };
        served[model] = spec;
        return spec;
    }

    /// <summary>Each problem is told when it comes up, and not every 30 s.</summary>
    private void Tell(List<string> problems)
    {
        foreach (var folder in _watch.Unwatched)
        {
            problems.Add($"The system has no watch left for {folder}; changes are seen every {Period.TotalSeconds} s all the same");
        }

        foreach (var problem in problems.Where(problem => !_told.Contains(problem)))
        {
            LogProblem(problem);
        }

        _told = [.. problems];
    }

    [LoggerMessage(720, LogLevel.Information, "{Models} models found in {Folders} folders")]
    private partial void LogFound(int models, int folders);

    [LoggerMessage(721, LogLevel.Information, "{Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(722, LogLevel.Error, "Looking for models failed; it is tried again")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(723, LogLevel.Information, "'{Model}' is fetched by the engine '{Engine}' (auto_pull)")]
    private partial void LogPulled(string model, string engine);

    [LoggerMessage(724, LogLevel.Warning, "'{Model}' is not fetched: {Most} models have been already (auto_pull)")]
    private partial void LogTooManyPulled(string model, int most);
}
