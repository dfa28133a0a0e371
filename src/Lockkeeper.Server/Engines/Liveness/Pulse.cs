namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>What passes between one run and its requests, seen from outside: who waits for a byte of it, and when the latest came. Any thread.</summary>
internal sealed class Pulse(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _latest = time.GetTimestamp();
    private int _requests;
    private int _streams;
    private int _wholes;
    private bool _isSuspect;

    /// <summary>A request is about to be sent.</summary>
    /// <param name="stream">Whether its answer comes piece by piece; a whole one is silent until it is ready.</param>
    public Beat Begin(bool stream)
    {
        var beat = new Beat(this, stream);
        lock (_gate)
        {
            _requests++;
        }

        beat.Renew();
        return beat;
    }

    public Look Now()
    {
        lock (_gate)
        {
            return new Look(_requests, _streams > 0, _wholes > 0, time.GetElapsedTime(Volatile.Read(ref _latest)), _isSuspect);
        }
    }

    /// <summary>Whether nothing is asked of it, and nothing has come of it for so long.</summary>
    public bool HasRested(TimeSpan time) => Now() is { Requests: 0 } look && look.Silence >= time;

    /// <summary>A question of our own was answered, or will be asked.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _isSuspect = false;
        }
    }

    private void Wait(bool stream, int by)
    {
        lock (_gate)
        {
            // Who waits from now on has waited for nothing yet; beside others that wait already, the silence is theirs.
            if (by > 0 && _streams + _wholes == 0)
            {
                Volatile.Write(ref _latest, time.GetTimestamp());
            }

            _streams += stream ? by : 0;
            _wholes += stream ? 0 : by;
        }
    }

    private void End(bool isSuspect)
    {
        lock (_gate)
        {
            _requests--;
            _isSuspect |= isSuspect;
            if (!isSuspect)
            {
                Volatile.Write(ref _latest, time.GetTimestamp());
            }
        }
    }

    /// <summary>How it is at one moment.</summary>
    /// <param name="Requests">In flight.</param>
    /// <param name="Streams">Whether one waits whose answer comes piece by piece.</param>
    /// <param name="Wholes">Whether one waits whose answer comes whole.</param>
    /// <param name="Silence">Since the latest byte, or since somebody waits for one.</param>
    /// <param name="IsSuspect">Whether a request had to be given up for its silence, and nothing has spoken for it since.</param>
    internal readonly record struct Look(int Requests, bool Streams, bool Wholes, TimeSpan Silence, bool IsSuspect);

    /// <summary>One request. Not for two threads at the same time.</summary>
    internal sealed class Beat(Pulse pulse, bool stream) : IDisposable
    {
        private bool _waits;
        private bool _isSuspect;
        private bool _over;

        /// <summary>A byte came, or one is waited for again.</summary>
        public void Renew()
        {
            if (_waits)
            {
                Volatile.Write(ref pulse._latest, pulse.Time.GetTimestamp());
            }
            else
            {
                _waits = true;
                pulse.Wait(stream, 1);
            }
        }

        /// <summary>It does not read for a while, so that the engine cannot be blamed for silence.</summary>
        public void Suspend()
        {
            if (_waits)
            {
                _waits = false;
                pulse.Wait(stream, -1);
            }
        }

        /// <summary>It is given up for the engine's silence.</summary>
        public void GiveUp() => _isSuspect = true;

        public void Dispose()
        {
            if (!_over)
            {
                _over = true;
                Suspend();
                pulse.End(_isSuspect);
            }
        }
    }

    private TimeProvider Time => time;
}
