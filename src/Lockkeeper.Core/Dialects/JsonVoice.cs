using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>Keeps a client waiting that wants one JSON value: white space before it is legal JSON, and keeps proxies and clients from giving up.</summary>
/// <param name="output">Where the response goes.</param>
/// <param name="dialect">Of the client.</param>
internal sealed class JsonVoice(IBufferWriter<byte> output, Dialect dialect) : IClientVoice
{
    public const string MediaType = "application/json";

    public string ContentType => "application/json; charset=utf-8";

    /// <summary>Whether it has spoken, and nothing else has: its owner says when the answer begins.</summary>
    public bool HasOnlyWaited { get; private set; }

    public void Waiting(string status)
    {
        HasOnlyWaited = true;
        output.Write(" "u8);
    }

    /// <summary>What follows is the answer.</summary>
    public void Begin() => HasOnlyWaited = false;

    public void Error(ErrorText error) => ErrorBody.Write(error, dialect, output);

    public void Remark(string text)
    {
        // There is no place for one behind a JSON value.
    }
}
