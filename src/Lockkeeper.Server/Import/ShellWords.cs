using System.Text;

namespace Lockkeeper.Server.Import;

/// <summary>A command line in the words that a shell would make of it, without anything else that a shell would do.</summary>
internal static class ShellWords
{
    /// <summary>Splits at white space outside quotes. A line that begins with <c>#</c> is a comment, a backslash at the end of a line joins it with the next.</summary>
    /// <exception cref="ImportRefusedException">A quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        var (inWord, quote) = (false, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quote == '\0' && letter == '#' && !inWord)
            {
                i = text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length;
            }
            else if (letter == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                inWord |= Escaped(text, ref i, quote, word);
            }
            else if (letter == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && letter is '"' or '\'')
            {
                (quote, inWord) = (letter, true);
            }
            else if (quote == '\0' && char.IsWhiteSpace(letter))
            {
                End();
            }
            else
            {
                word.Append(letter);
                inWord = true;
            }
        }

        if (quote != '\0')
        {
            throw new ImportRefusedException($"the command '{text.Trim()}' opens a quote that it does not close");
        }

        End();
        return words;

        void End()
        {
            if (inWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            inWord = false;
        }
    }

    /// <returns>Whether the letter behind the backslash is part of a word, which the end of a line is not.</returns>
    private static bool Escaped(string text, ref int at, char quote, StringBuilder word)
    {
        var next = text[++at];
        if (next is '\n' or '\r')
        {
            at += next == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 1 : 0;
            return false;
        }

        // In double quotes only some letters lose their backslash.
        _ = quote == '"' && next is not ('"' or '\\' or '$' or '`') ? word.Append('\\') : word;
        word.Append(next);
        return true;
    }
}
