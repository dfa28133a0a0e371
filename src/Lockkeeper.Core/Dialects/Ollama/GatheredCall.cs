using System.Text;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>A call whose arguments come in pieces. Ollama's clients get calls whole, with the arguments as an object.</summary>
internal sealed class GatheredCall(int index, string id, string name)
{
    private readonly StringBuilder _arguments = new();

    public int Index => index;

    public string Id => id;

    public string Name => name;

    /// <summary>The object, once it is whole.</summary>
    /// <remarks>A line feed can stand between its members, where it means nothing, but would end the line.</remarks>
    public string Arguments => _arguments.ToString().Trim() is { Length: > 0 } json ? json.Replace('\n', ' ').Replace('\r', ' ') : "{}";

    /// <summary>Whether it can be told as a call. If not, it is told as text, so that the client sees what the model wrote.</summary>
    public bool IsWhole => ToolInput.IsObject(Arguments);

    /// <summary>What the model wrote, where it is no call.</summary>
    public string AsText => $"{name} {_arguments}";

    public void Add(ReadOnlySpan<char> json) => _arguments.Append(json);
}
