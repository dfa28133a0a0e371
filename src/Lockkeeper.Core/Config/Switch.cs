namespace Lockkeeper.Core.Config;

/// <summary>What an engine does, does not, or decides by itself.</summary>
internal enum Switch
{
    Auto,
    On,
    Off,
}
