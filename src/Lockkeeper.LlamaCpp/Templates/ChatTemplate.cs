namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>How a model was trained to read a conversation. Templates are Jinja programs, which nobody runs here: the known ones are recognised by what is in them.</summary>
internal abstract class ChatTemplate
{
    private static readonly Dictionary<string, Func<ChatTemplate>> ByName = new(StringComparer.Ordinal)
    {
        ["llama3"] = () => NativeTemplate.TryRecognise("llama3")!,
        ["qwen"] = () => new ChatMlTemplate(ChatMlTraits.Qwen),
        ["chatml"] = () => new ChatMlTemplate(ChatMlTraits.Qwen),
        ["deepseek"] = () => NativeTemplate.TryRecognise("deepseek3")!,
        ["phi4"] = () => NativeTemplate.TryRecognise("phi4")!,
        ["gpt-oss"] = () => new HarmonyTemplate(),
        ["generic"] = () => new PlainTemplate(),
    };

    /// <summary>Those that can be asked for instead of the model's own.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ByName.Keys];

    /// <summary>It has a place for tools, calls of them, and what they returned.</summary>
    public virtual bool TakesTools => false;

    /// <summary>Texts that end an answer besides those of the request, for templates without a token that does.</summary>
    public virtual IReadOnlyList<byte[]> Stops => [];

    /// <summary>The conversation as the model was trained to read it, ending where the assistant's answer begins.</summary>
    public abstract IReadOnlyList<PromptPart> Render(Conversation conversation);

    /// <summary>Null when the template is none that is known.</summary>
    public static ChatTemplate? TryRecognise(string source)
    {
        if (HarmonyTemplate.Wrote(source))
        {
            return new HarmonyTemplate();
        }

        var native = NativeTemplate.TryRecognise(source);
        return native is not null && ChatMlTemplate.RendersLike(native) ? new ChatMlTemplate(ChatMlTraits.Of(source)) : native;
    }

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>Null when it is not.</returns>
    public static ChatTemplate? TryNamed(string name) => ByName.TryGetValue(name, out var make) ? make() : null;
}
