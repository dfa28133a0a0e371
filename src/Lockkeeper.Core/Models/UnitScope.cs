namespace Lockkeeper.Core.Models;

/// <summary>Whose systemd a unit belongs to.</summary>
internal enum UnitScope
{
    /// <summary><c>systemctl --user</c>.</summary>
    User,

    /// <summary>The machine's; stopping and starting it needs the right to.</summary>
    System,
}
