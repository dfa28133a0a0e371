using System.Collections.Immutable;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Catalog;

/// <summary>The catalog in force: what is configured and what was found in folders. It alone puts the two together, and tells who has to know of a change.</summary>
/// <param name="configured">The models of the configuration.</param>
internal sealed class LiveCatalog(ModelCatalog configured)
{
    private readonly Lock _gate = new();
    private ImmutableArray<ModelSpec> _configured = configured.Models;
    private ImmutableArray<ModelSpec> _found = [];
    private ImmutableArray<ModelSpec> _pulled = [];
    private volatile ModelCatalog _current = configured;

    /// <summary>As it is now. A request takes it once and keeps to it.</summary>
    public ModelCatalog Current => _current;

    /// <summary>Raised with each new catalog, one at a time and in order, just before it is <see cref="Current"/>: whoever finds a model there finds it known everywhere.</summary>
    public event Action<ModelCatalog>? Changed;

    /// <summary>Makes a model of a name that nobody has, where the configuration wants that; null where nobody does.</summary>
    public Func<string, ModelSpec?>? Puller { get; set; }

    /// <summary>Another configuration is in force.</summary>
    /// <param name="configured">Its models.</param>
    /// <param name="before">Done first; nothing is told of any catalog meanwhile.</param>
    public void Configure(ModelCatalog configured, Action? before = null)
    {
        lock (_gate)
        {
            before?.Invoke();
            _configured = configured.Models;
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

    private void Publish()
    {
        var fixedOnes = _pulled.IsEmpty ? _configured : ModelCatalog.Of(_configured, _pulled).Models;
        var next = ModelCatalog.Of(fixedOnes, _found);
        Changed?.Invoke(next);
        _current = next;
    }
}
