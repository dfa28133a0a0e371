namespace Lockkeeper.Core.Wire;

/// <summary>One place of a body that changes.</summary>
/// <param name="Range">What goes; empty for a place between two bytes.</param>
/// <param name="Replacement">What stands there instead.</param>
internal readonly record struct BodyEdit(ByteRange Range, ReadOnlyMemory<byte> Replacement);
