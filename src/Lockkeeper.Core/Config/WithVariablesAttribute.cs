namespace Lockkeeper.Core.Config;

/// <summary>A path, an address or a variable's value, in which <c>$NAME</c> and <c>${NAME}</c> stand for environment variables.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WithVariablesAttribute : Attribute;
