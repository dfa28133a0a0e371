using System.Buffers;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>An engine that speaks nothing but <c>/api/chat</c>.</summary>
internal sealed class OllamaEngine : IEngineDialect
{
    public string ChatPath => "/api/chat";

    public void WriteRequest(ChatTurn turn, IBufferWriter<byte> output) => OllamaRequestWriter.Write(turn, output);

    public IAnswerReader ReadStream(IAnswerSink sink) => new OllamaStreamReader(sink);

    public void ReadWhole(ReadOnlySpan<byte> json, IAnswerSink sink)
    {
        var reader = new OllamaStreamReader(sink);
        reader.OnLine(json);
        if (!reader.HasEnded)
        {
            throw new InvalidDataException("an answer without 'done'");
        }
    }
}
