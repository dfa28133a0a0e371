namespace Lockkeeper.Server.Learned;

/// <summary>How fast a model works, as moving averages. Null: not yet seen.</summary>
/// <param name="TokensPerSecond">Generated tokens a second, once it generates.</param>
/// <param name="PromptTokensPerSecond">Prompt tokens a second, until the first generated one.</param>
internal sealed record ModelSpeed(double? TokensPerSecond = null, double? PromptTokensPerSecond = null)
{
    public static ModelSpeed None { get; } = new();
}
