using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Learned;

/// <summary>Writes what is learned to the state file: every few seconds if it has changed, and at the end.</summary>
internal sealed class LearnedKeeper : IAsyncDisposable
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly LearnedFile _file;
    private readonly Func<Task<IReadOnlyDictionary<ModelId, LearnedModel>>> _collect;
    private readonly PeriodicTimer _timer;
    private readonly Task _keeping;
    private byte[] _saved = [];

    /// <param name="file">Where to.</param>
    /// <param name="collect">What is known now.</param>
    /// <param name="time">The clock.</param>
    public LearnedKeeper(LearnedFile file, Func<Task<IReadOnlyDictionary<ModelId, LearnedModel>>> collect, TimeProvider time)
    {
        _file = file;
        _collect = collect;
        _timer = new PeriodicTimer(Pause, time);
        _keeping = Task.Run(KeepAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _keeping;
        await SaveAsync();
    }

    private async Task KeepAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            await SaveAsync();
        }
    }

    private async Task SaveAsync()
    {
        var text = LearnedJson.Write(await _collect());
        if (!text.AsSpan().SequenceEqual(_saved) && _file.Save(text))
        {
            _saved = text;
        }
    }
}
