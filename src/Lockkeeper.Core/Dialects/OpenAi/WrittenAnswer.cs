using System.Buffers;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>An answer collected piece by piece, for those who can write it only when it is whole.</summary>
internal sealed class WrittenAnswer
{
    private readonly ArrayBufferWriter<char> _reasoning = new();
    private readonly ArrayBufferWriter<char> _text = new();
    private readonly List<Call> _calls = [];

    public ReadOnlySpan<char> Reasoning => _reasoning.WrittenSpan;

    public ReadOnlySpan<char> Text => _text.WrittenSpan;

    public IReadOnlyList<Call> Calls => _calls;

    public void AddReasoning(ReadOnlySpan<char> text) => _reasoning.Write(text);

    public void AddText(ReadOnlySpan<char> text) => _text.Write(text);

    public void AddCall(string id, ReadOnlySpan<char> name) => _calls.Add(new Call(id, name.ToString(), new ArrayBufferWriter<char>()));

    public void AddArguments(int index, ReadOnlySpan<char> json) => _calls[index].Arguments.Write(json);

    public sealed record Call(string Id, string Name, ArrayBufferWriter<char> Arguments);
}
