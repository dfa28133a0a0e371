using System.Buffers;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Engines that speak OpenAI's chat API, each with its own accent: llama.cpp, vLLM, SGLang, mlx-lm and whoever imitates them.</summary>
internal sealed class OpenAiEngine : IEngineDialect
{
    public string ChatPath => "/v1/chat/completions";

    public void WriteRequest(ChatTurn turn, IBufferWriter<byte> output) => ChatRequestWriter.Write(turn, output);

    public IAnswerReader ReadStream(IAnswerSink sink) => new ChatStreamReader(sink);

    public void ReadWhole(ReadOnlySpan<byte> json, IAnswerSink sink) => ChatStreamReader.ReadWhole(json, sink);
}
