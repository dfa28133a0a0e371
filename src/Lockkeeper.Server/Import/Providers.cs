namespace Lockkeeper.Server.Import;

/// <summary>The environment variables in which the keys of providers are kept by custom: their own programs read them.</summary>
internal static class Providers
{
    public const string AnthropicKey = "ANTHROPIC_API_KEY";

    private static readonly (string Domain, string Variable)[] Known =
    [
        ("api.anthropic.com", AnthropicKey), ("api.openai.com", "OPENAI_API_KEY"), ("openrouter.ai", "OPENROUTER_API_KEY"), ("api.groq.com", "GROQ_API_KEY"),
        ("api.mistral.ai", "MISTRAL_API_KEY"), ("api.deepseek.com", "DEEPSEEK_API_KEY"), ("api.together.xyz", "TOGETHER_API_KEY"), ("api.x.ai", "XAI_API_KEY"),
        ("generativelanguage.googleapis.com", "GEMINI_API_KEY"), ("api.cerebras.ai", "CEREBRAS_API_KEY"), ("api.fireworks.ai", "FIREWORKS_API_KEY"),
    ];

    /// <summary>Null for somebody who is not known here.</summary>
    public static string? KeyOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url)
        ? Array.Find(Known, known => url.Host.Equals(known.Domain, StringComparison.OrdinalIgnoreCase)).Variable
        : null;

    /// <summary>The variable for the key of a name of one's own: <c>my-peer</c> is <c>MY_PEER_API_KEY</c>.</summary>
    public static string KeyNamed(string name)
    {
        var letters = string.Concat(name.ToUpperInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return $"{(letters is [>= '0' and <= '9', ..] ? "_" : "")}{letters}_API_KEY";
    }
}
