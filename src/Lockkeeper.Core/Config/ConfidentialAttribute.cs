namespace Lockkeeper.Core.Config;

/// <summary>Texts that may hold a secret although they should not: shown to nobody, unless they name the place of one.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConfidentialAttribute : Attribute;
