using System.Collections.Immutable;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Catalog;

/// <summary>The catalog in force: what is configured, what was found in folders and what engines list. It alone puts the two together, and tells who has to know of a change.</summary>
/// <param name="configured">The models of the configuration.</param>
internal sealed class LiveCatalog(ModelCatalog configured)
{
    private readonly Lock _gate = new();
    private ImmutableArray<ModelSpec> _configured = configured.Models;
    private ImmutableArray<ModelSpec> _found = [];
    private ImmutableArray<ModelSpec> _pulled = [];
    private ImmutableArray<ModelSpec> _listed = [];
    private bool _isConfiguring;
    private volatile ModelCatalog _current = configured;

    /// <summary>As it is now. A request takes it once and keeps to it.</summary>
    public ModelCatalog Current => _current;

    /// <summary>Raised with each new catalog, one at a time and in order, just before it is <see cref="Current"/>: whoever finds a model there finds it known everywhere.</summary>
    public event Action<ModelCatalog>? Changed;

    /// <summary>Makes a model of a name that nobody has, where the configuration wants that; null where nobody does.</summary>
    public Func<string, ModelSpec?>? Puller { get; set; }

    /// <summary>Asks engines for their lists, for as long as somebody who wants all models may be kept waiting; null where there are none to ask.</summary>
    public Func<CancellationToken, Task>? Freshener { get; set; }

    /// <summary>Looks through all folders and asks all engines anew; null where there is nothing to look through.</summary>
    public Func<CancellationToken, Task>? Searcher { get; set; }

    /// <summary>Has <see cref="Current"/> as fresh as it can be had at once.</summary>
    public Task FreshenAsync(CancellationToken cancellationToken) => Freshener?.Invoke(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Has <see cref="Current"/> hold what there is now.</summary>
    public Task SearchAsync(CancellationToken cancellationToken) => Searcher?.Invoke(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Another configuration is in force.</summary>
    /// <param name="configured">Its models.</param>
    /// <param name="before">Done first; nothing is told of any catalog meanwhile.</param>
    public void Configure(ModelCatalog configured, Action? before = null)
    {
        lock (_gate)
        {
            _isConfiguring = true;
            try
            {
                before?.Invoke();
                _configured = configured.Models;
            }
            finally
            {
                _isConfiguring = false;
            }

            Publish();
        }
    }

    /// <summary>This is what the folders hold now.</summary>
    public void Find(ImmutableArray<ModelSpec> found)
    {
        lock (_gate)
        {
            _found = found;
            Publish();
        }
    }

    /// <summary>These are the models an engine fetches by itself. While one is there, it is not replaced by what its engine has put into a folder meanwhile: that would be another model.</summary>
    public void Pull(ImmutableArray<ModelSpec> pulled)
    {
        lock (_gate)
        {
            _pulled = pulled;
            Publish();
        }
    }

    /// <summary>These are the models that engines list. Each gives way to whatever else has its name.</summary>
    /// <param name="listed">Makes them while nothing else can change; may be called for by who configures, and is then told with the configuration.</param>
    public void List(Func<ImmutableArray<ModelSpec>> listed)
    {
        lock (_gate)
        {
            var next = listed();
            var isOther = !next.AsEnumerable().SequenceEqual(_listed, ReferenceEqualityComparer.Instance);
            _listed = next;
            if (isOther && !_isConfiguring)
            {
                Publish();
            }
        }
    }

    private void Publish()
    {
        var fixedOnes = _pulled.IsEmpty ? _configured : ModelCatalog.Of(_configured, _pulled).Models;
        var next = ModelCatalog.Of(fixedOnes, _found).With(_listed);
        Changed?.Invoke(next);
        _current = next;
    }
}
