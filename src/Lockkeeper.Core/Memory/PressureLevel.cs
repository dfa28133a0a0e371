namespace Lockkeeper.Core.Memory;

/// <summary>How short of memory a machine is.</summary>
internal enum PressureLevel
{
    Normal,
    Moderate,
    High,
    Critical,
}
