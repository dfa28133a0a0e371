using System.Buffers;
using System.Text;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>An answer as server-sent events, as OpenAI streams chats.</summary>
/// <param name="output">Where the events go.</param>
/// <param name="naming">What the answer is called.</param>
/// <param name="includeUsage">Whether the client wants the counts.</param>
/// <param name="thinksAloud">Whether the client is told of its waiting as if the model thought of it, which chat programs show, instead of by comments, which nobody sees.</param>
internal sealed class ChatStream(IBufferWriter<byte> output, AnswerNaming naming, bool includeUsage, bool thinksAloud = false) : ChatChunks(output, naming, includeUsage, "data: ", "\n\n")
{
    public override string ContentType => "text/event-stream";

    public override void Waiting(string status)
    {
        if (thinksAloud && !HasBegun)
        {
            Think(status);
        }
        else
        {
            Comment(status);
        }
    }

    public override void Remark(string text) => Comment($"lockkeeper {text}");

    protected override void WriteDone() => Output.Write("data: [DONE]\n\n"u8);

    protected override void WriteError(ErrorText error) => ErrorBody.WriteStreamEnd(error, Dialect.OpenAi, Output);

    private void Comment(string text) => Output.Write(Encoding.UTF8.GetBytes($": {text.ReplaceLineEndings(" ")}\n\n"));
}
