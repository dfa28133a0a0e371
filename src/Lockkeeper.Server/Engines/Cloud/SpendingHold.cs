using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>Money that is held back for a request that runs, until it is known what it has cost. Ends once; disposing it ends one that has cost nothing.</summary>
internal sealed class SpendingHold(Spending spending, ModelSpec model, double most) : IDisposable
{
    private int _ended;

    /// <summary>The request has ended.</summary>
    /// <param name="usage">What the engine counted; null where it did not say.</param>
    /// <param name="bytes">Of its answer. Where there were some and nobody counted, the request has cost what it may: an answer that was cut is paid for too.</param>
    public void End(TokenUsage? usage, long bytes)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            spending.End(model.Id, most, usage is { } counted ? model.Price?.Of(counted.Prompt, counted.Completion, counted.Cached ?? 0, counted.Written ?? 0) ?? 0 : bytes > 0 ? most : 0);
        }
    }

    public void Dispose() => End(usage: null, bytes: 0);
}
