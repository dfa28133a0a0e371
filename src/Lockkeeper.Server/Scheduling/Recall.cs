namespace Lockkeeper.Server.Scheduling;

/// <summary>
/// Lets a granted request be called back for a more urgent one, as long as its client has been sent nothing of the answer. Exactly one of the two wins: the call, or the first byte.
/// </summary>
/// <param name="onFirstByte">Called once, when the first byte has won.</param>
internal sealed class Recall(Action onFirstByte) : IDisposable
{
    private const int Open = 0;
    private const int Called = 1;
    private const int Kept = 2;

    private readonly CancellationTokenSource _called = new();
    private int _state;

    /// <summary>Has that cancelled when it is called back: the engine's connection is to be closed.</summary>
    public CancellationTokenRegistration WhenCalled(CancellationTokenSource end) => _called.Token.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), end);

    public bool IsCalled => Volatile.Read(ref _state) == Called;

    /// <summary>Calls it back. Does nothing when the first byte is out.</summary>
    public void Call()
    {
        if (Interlocked.CompareExchange(ref _state, Called, Open) == Open)
        {
            _ = _called.CancelAsync();
        }
    }

    /// <summary>The first byte is there to be sent.</summary>
    /// <returns>Whether it may be; if not, the request has been called back.</returns>
    public bool TryKeep()
    {
        if (Interlocked.CompareExchange(ref _state, Kept, Open) != Open)
        {
            return !IsCalled;
        }

        onFirstByte();
        return true;
    }

    public void Dispose() => _called.Dispose();
}
