using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>Text to tokens and back. Safe on any thread.</summary>
internal sealed class Vocabulary : IDisposable
{
    private const int NoToken = -1;
    private const int Unknown = 1 << 0;
    private const int Control = 1 << 3;
    private const int StripsLeft = 1 << 7;
    private const int StripsRight = 1 << 8;

    /// <summary>Control tokens that an answer shows as text: what reads the answer finds calls and thoughts by them.</summary>
    private static readonly HashSet<string> Tags =
    [
        "<tool_call>", "</tool_call>", "<think>", "</think>", "[TOOL_CALLS]", "[THINK]", "[/THINK]", "<|python_tag|>",
        "<|start|>", "<|end|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|call|>",
    ];

    private readonly VocabularyHandle _handle;
    private readonly HashSet<int> _tags;
    private readonly Dictionary<byte, ControlToken[]> _controlTokens;
    private readonly SearchValues<byte> _firstBytes;

    public Vocabulary(ModelHandle model)
    {
        _handle = VocabularyHandle.Of(model);
        Count = LlamaApi.VocabularySize(_handle);
        Bos = LlamaApi.VocabularyAddsBos(_handle) != 0 ? LlamaApi.VocabularyBos(_handle) : NoToken;
        Eos = LlamaApi.VocabularyAddsEos(_handle) != 0 ? LlamaApi.VocabularyEos(_handle) : NoToken;
        FillIn = FillInTokens.Of(_handle);
        var controls = ReadTokens();
        _tags = [.. controls.Where(token => Tags.Contains(Encoding.UTF8.GetString(token.Text))).Select(token => token.Id)];
        _controlTokens = controls.GroupBy(token => token.Text[0]).ToDictionary(g => g.Key, g => g.OrderByDescending(token => token.Text.Length).ToArray());
        _firstBytes = SearchValues.Create([.. _controlTokens.Keys]);
    }

    public int Count { get; }

    /// <summary>Bytes of text that one token stands for at most.</summary>
    public int LongestToken { get; private set; } = 1;

    /// <summary>What the model wants at the start of everything; negative for nothing.</summary>
    private int Bos { get; }

    /// <summary>What the model wants after a text that is complete; negative for nothing.</summary>
    private int Eos { get; }

    /// <summary>Null when the model was not trained to fill in the middle.</summary>
    private FillInTokens? FillIn { get; }

    public bool EndsGeneration(int token) => LlamaApi.VocabularyIsEndOfGeneration(_handle, token) != 0;

    /// <summary>
    /// Tokenises a prompt as llama.cpp would the whole text, with one difference: control tokens are recognised in markup only.
    /// Text between two of them is tokenised in one go even where markup and content meet, since a token may span the seam.
    /// </summary>
    public int[] Tokenise(IReadOnlyList<PromptPart> prompt, bool addSpecial = true)
    {
        List<int> tokens = [];
        var text = new ArrayBufferWriter<byte>();
        var stripsNext = false;
        foreach (var part in prompt)
        {
            var rest = part.Text.Span;
            while (rest.Length > 0)
            {
                var at = part.IsMarkup ? FindControlToken(rest, out var control) : Absent(out control);
                var plain = at < 0 ? rest : rest[..at];
                plain = stripsNext ? TrimStart(plain) : plain;
                stripsNext &= plain.Length == 0;
                text.Write(plain);
                rest = at < 0 ? [] : rest[(at + control.Text.Length)..];
                if (at >= 0)
                {
                    AddText(control.StripsLeft ? TrimEnd(text.WrittenSpan) : text.WrittenSpan, tokens);
                    text.ResetWrittenCount();
                    tokens.Add(control.Id);
                    stripsNext = control.StripsRight;
                }
            }
        }

        AddText(text.WrittenSpan, tokens);
        if (addSpecial && Bos >= 0 && (tokens.Count == 0 || tokens[0] != Bos))
        {
            tokens.Insert(0, Bos);
        }

        return [.. tokens];
    }

    /// <summary>The tokens of a text that nothing follows, with the one after it that the model wants.</summary>
    public int[] Ended(int[] tokens) => Eos >= 0 && (tokens.Length == 0 || tokens[^1] != Eos) ? [.. tokens, Eos] : tokens;

    /// <summary>The prompt that asks for what is missing between two tokenised texts. Null when the model was not trained for that.</summary>
    public int[]? Between(int[] before, int[] after)
    {
        if (FillIn is not { } tokens)
        {
            return null;
        }

        // What the model wants at the start of everything stands before all of it, once.
        var (from, then) = (Begins(before), Begins(after));
        return [.. before[..from], tokens.Prefix, .. before[from..], tokens.Suffix, .. after[then..], tokens.Middle];

        int Begins(int[] text) => Bos >= 0 && text.Length > 0 && text[0] == Bos ? 1 : 0;
    }

    /// <summary>The text of tokens, control tokens by their names.</summary>
    public string Text(int[] tokens) => Encoding.UTF8.GetString(Bytes(tokens));

    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<int> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var token in tokens)
        {
            Write(token, bytes, withControl: true);
        }

        return bytes.WrittenSpan;
    }

    /// <summary>Null when llama.cpp does not understand it.</summary>
    /// <param name="gbnf">Rules in llama.cpp's notation, of which <c>root</c> is the first to apply.</param>
    public SamplerHandle? OpenGrammar(string gbnf) => SamplerHandle.Grammar(_handle, gbnf);

    /// <summary>Appends the bytes of a token. They need not be whole characters.</summary>
    /// <param name="token">Any token.</param>
    /// <param name="output">Where they go.</param>
    /// <param name="withControl">Write control tokens by their names too. Without it only those have text that mark calls and thoughts.</param>
    public unsafe void Write(int token, IBufferWriter<byte> output, bool withControl = false)
    {
        var special = withControl || _tags.Contains(token) ? (byte)1 : (byte)0;
        var length = 128;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var span = output.GetSpan(length);
            fixed (byte* buffer = span)
            {
                var written = LlamaApi.TokenToPiece(_handle, token, buffer, span.Length, stripLeft: 0, special);
                if (written >= 0)
                {
                    output.Advance(written);
                    return;
                }

                length = -written;
            }
        }

        throw new InvalidOperationException($"llama.cpp cannot say how long the text of token {token} is.");
    }

    public void Dispose() => _handle.Dispose();

    private static int Absent(out ControlToken control)
    {
        control = default;
        return -1;
    }

    /// <summary>isspace(3), as llama.cpp strips.</summary>
    private static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text) => text.TrimStart(" \t\n\v\f\r"u8);

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text) => text.TrimEnd(" \t\n\v\f\r"u8);

    private int FindControlToken(ReadOnlySpan<byte> text, out ControlToken found)
    {
        for (var from = 0; from < text.Length; from++)
        {
            var candidate = text[from..].IndexOfAny(_firstBytes);
            if (candidate < 0)
            {
                break;
            }

            from += candidate;
            foreach (var token in _controlTokens[text[from]])
            {
                if (text[from..].StartsWith(token.Text))
                {
                    found = token;
                    return from;
                }
            }
        }

        return Absent(out found);
    }

    private unsafe void AddText(ReadOnlySpan<byte> text, List<int> tokens)
    {
        if (text.Length == 0)
        {
            return;
        }

        // Hardly ever more tokens than bytes; but a vocabulary without a token for the space spends three on it. llama.cpp then says how many.
        var capacity = text.Length + 16;
        for (var count = -capacity; count < 0; capacity = -count)
        {
            var buffer = ArrayPool<int>.Shared.Rent(capacity);
            fixed (byte* bytes = text)
            fixed (int* output = buffer)
            {
                count = LlamaApi.Tokenize(_handle, bytes, text.Length, output, buffer.Length, addSpecial: 0, parseSpecial: 0);
            }

            if (count == int.MinValue)
            {
                throw new InvalidOperationException($"llama.cpp cannot count the tokens of {text.Length} bytes.");
            }

            tokens.AddRange(buffer.AsSpan(0, Math.Max(count, 0)));
            ArrayPool<int>.Shared.Return(buffer);
        }
    }

    private unsafe List<ControlToken> ReadTokens()
    {
        List<ControlToken> found = [];
        for (var token = 0; token < Count; token++)
        {
            var attributes = LlamaApi.VocabularyAttributes(_handle, token);
            var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(LlamaApi.VocabularyText(_handle, token));
            LongestToken = Math.Max(LongestToken, text.Length);
            if ((attributes & (Control | Unknown)) != 0 && text.Length > 0)
            {
                found.Add(new ControlToken(token, text.ToArray(), (attributes & StripsLeft) != 0, (attributes & StripsRight) != 0));
            }
        }

        return found;
    }

    /// <param name="Id">The token.</param>
    /// <param name="Text">How it is written in a template.</param>
    /// <param name="StripsLeft">It swallows the white space before it.</param>
    /// <param name="StripsRight">It swallows the white space after it.</param>
    private readonly record struct ControlToken(int Id, byte[] Text, bool StripsLeft, bool StripsRight);
}
