using System.Globalization;
using System.Text;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>
/// A chat template that llama.cpp applies, without tools. llama.cpp is given a stand-in for each message's text and never the text itself:
/// that way the result tells exactly which bytes are the template's, so a user who writes <c>&lt;|im_end|&gt;</c> cannot end a turn with it.
/// </summary>
internal sealed class NativeTemplate : ChatTemplate
{
    // Control characters that no template contains. White space outside them shows whether the template trims what it is given.
    private const char Opens = '\u0001';
    private const char Closes = '\u0002';
    private const byte LeadingSpace = (byte)'\v';
    private const byte TrailingSpace = (byte)'\f';

    private readonly byte[] _source;

    private NativeTemplate(byte[] source) => _source = source;

    /// <summary>Null when llama.cpp does not know the template. It knows templates by sight; it does not interpret them.</summary>
    public static new NativeTemplate? TryRecognise(string source)
    {
        var template = new NativeTemplate(Encoding.UTF8.GetBytes(source + "\0"));
        return template.TryApply([new Message("user", "x")], out _) ? template : null;
    }

    public override IReadOnlyList<PromptPart> Render(Conversation conversation)
    {
        var messages = conversation.Messages;
        var standIns = messages.Select((message, index) => message with { Content = StandIn(message.Content, index) }).ToList();
        if (!TryApply(standIns, out var rendered))
        {
            throw new InvalidOperationException("llama.cpp rendered the template when it was loaded and does not now.");
        }

        return Split(rendered, messages);
    }

    /// <summary>Blank text goes as it is: some templates leave out an empty message, and white space is never a control token.</summary>
    private static string StandIn(string content, int index) => string.IsNullOrWhiteSpace(content)
        ? content
        : string.Create(CultureInfo.InvariantCulture, $"{(char)LeadingSpace}{Opens}{index}{Closes}{(char)TrailingSpace}");

    private static List<PromptPart> Split(byte[] rendered, IReadOnlyList<Message> messages)
    {
        List<PromptPart> parts = [];
        var start = 0;
        for (var opens = Array.IndexOf(rendered, (byte)Opens); opens >= 0; opens = Array.IndexOf(rendered, (byte)Opens, start))
        {
            var closes = Array.IndexOf(rendered, (byte)Closes, opens);
            var content = messages[int.Parse(rendered.AsSpan(opens + 1, closes - opens - 1), CultureInfo.InvariantCulture)].Content;
            var isWhole = opens > start && rendered[opens - 1] == LeadingSpace;
            var end = isWhole ? opens - 1 : opens;
            if (end > start)
            {
                parts.Add(new PromptPart(rendered.AsMemory(start, end - start), IsMarkup: true));
            }

            parts.Add(new PromptPart(Encoding.UTF8.GetBytes(isWhole ? content : content.Trim(' ', '\t', '\n', '\v', '\f', '\r')), IsMarkup: false));
            start = closes + 1;
            if (start < rendered.Length && rendered[start] == TrailingSpace)
            {
                start++;
            }
        }

        if (start < rendered.Length)
        {
            parts.Add(new PromptPart(rendered.AsMemory(start), IsMarkup: true));
        }

        return parts;
    }

    private unsafe bool TryApply(List<Message> messages, out byte[] rendered)
    {
        var strings = messages.SelectMany(message => new[] { message.Role, message.Content }).Select(text => Encoding.UTF8.GetBytes(text + "\0")).ToList();
        var arena = strings.SelectMany(text => text).ToArray();
        var chat = new ChatMessage[messages.Count];
        rendered = new byte[512 + (2 * arena.Length)];
        fixed (byte* texts = arena, template = _source)
        fixed (ChatMessage* first = chat)
        {
            var at = texts;
            for (var i = 0; i < chat.Length; i++)
            {
                chat[i].Role = at;
                at += strings[2 * i].Length;
                chat[i].Content = at;
                at += strings[(2 * i) + 1].Length;
            }

            var length = ApplyInto(rendered, template, first, chat.Length);
            if (length > rendered.Length)
            {
                rendered = new byte[length];
                length = ApplyInto(rendered, template, first, chat.Length);
            }

            rendered = length > 0 ? rendered[..length] : [];
            return length >= 0;
        }
    }

    private static unsafe int ApplyInto(byte[] buffer, byte* template, ChatMessage* messages, int count)
    {
        fixed (byte* output = buffer)
        {
            return LlamaApi.ChatApplyTemplate(template, messages, (nuint)count, addAssistant: 1, output, buffer.Length);
        }
    }
}
