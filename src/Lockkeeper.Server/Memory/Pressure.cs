using Lockkeeper.Core.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Memory;

/// <summary>How short of memory the machine is: looked at when somebody asks, and at most once a second.</summary>
internal sealed partial class Pressure(IMemoryReader memory, PressureThresholds thresholds, TimeProvider time, ILogger<Pressure> logger)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private volatile PressureThresholds _thresholds = thresholds;
    private readonly Lock _gate = new();
    private PressureLevel _level;
    private long? _lookedAt;

    public PressureLevel Level()
    {
        lock (_gate)
        {
            if (_lookedAt is { } before && time.GetElapsedTime(before) < FreshFor)
            {
                return _level;
            }

            _lookedAt = time.GetTimestamp();
            var level = PressureRule.Next(_level, _thresholds, memory.Total(), memory.Available(), memory.Swap());
            if (level != _level)
            {
                LogChanged(_level, level);
                _level = level;
            }

            return level;
        }
    }

    /// <summary>From the next look on these count.</summary>
    public void Configure(PressureThresholds thresholds) => _thresholds = thresholds;

    [LoggerMessage(400, LogLevel.Information, "Memory pressure was {Before} and is {Level}")]
    private partial void LogChanged(PressureLevel before, PressureLevel level);
}
