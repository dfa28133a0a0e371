namespace Lockkeeper.Core.ModelFiles;

/// <summary>What can be seen in a chat template without running it.</summary>
/// <param name="Name">Its family, by the marks it writes: <c>llama3</c>, <c>chatml</c>, <c>deepseek</c>, <c>phi4</c>, <c>gpt-oss</c>, <c>gemma</c>, <c>mistral</c>, else <c>generic</c>.</param>
/// <param name="Tools">Whether it has a place for tools.</param>
/// <param name="Thinking">Whether it knows of reasoning.</param>
internal readonly record struct TemplateTraits(string Name, bool Tools, bool Thinking)
{
    /// <summary>In the order they are looked for: phi4 writes the marks of chatml too, and one of its own.</summary>
    private static readonly (string Mark, string Name)[] Families =
    [
        ("<|start_header_id|>", "llama3"), ("<|im_sep|>", "phi4"), ("<|im_start|>", "chatml"), ("<｜User｜>", "deepseek"), ("<｜Assistant｜>", "deepseek"), ("<|channel|>", "gpt-oss"),
        ("<start_of_turn>", "gemma"), ("[INST]", "mistral"),
    ];

    private static readonly string[] MarksOfThinking = ["<think>", "enable_thinking", "reasoning_content", "<|channel|>"];

    public static TemplateTraits Of(string template) => new(
        Array.Find(Families, family => template.Contains(family.Mark, StringComparison.Ordinal)).Name ?? "generic",
        HasTools(template),
        MarksOfThinking.Any(mark => template.Contains(mark, StringComparison.Ordinal)));

    /// <summary>As a word of the template's own language: what it only writes out does not count.</summary>
    private static bool HasTools(string template)
    {
        for (var open = template.IndexOf('{', StringComparison.Ordinal); open >= 0 && open + 1 < template.Length; open = template.IndexOf('{', open + 1))
        {
            if (template[open + 1] is not ('%' or '{'))
            {
                continue;
            }

            var end = template.IndexOf(template[open + 1] == '%' ? "%}" : "}}", open + 2, StringComparison.Ordinal);
            var block = template.AsSpan(open + 2, (end < 0 ? template.Length : end) - open - 2);
            if (HasWord(block, "tools"))
            {
                return true;
            }

            open = end < 0 ? template.Length - 1 : end;
        }

        return false;
    }

    private static bool HasWord(ReadOnlySpan<char> text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0;)
        {
            var after = at + word.Length;
            if ((at == 0 || !IsLetter(text[at - 1])) && (after == text.Length || !IsLetter(text[after])))
            {
                return true;
            }

            var next = text[after..].IndexOf(word, StringComparison.Ordinal);
            at = next < 0 ? -1 : after + next;
        }

        return false;
    }

    private static bool IsLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '\'' or '"';
}
