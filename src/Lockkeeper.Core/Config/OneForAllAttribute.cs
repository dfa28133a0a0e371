namespace Lockkeeper.Core.Config;

/// <summary>A section whose keys all hold the same kind of value: a single value in its place is meant for every key.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OneForAllAttribute : Attribute;
