using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>An answer as one JSON object a line (<c>json_lines</c>): the chunks of <see cref="ChatStream"/>, and <c>{"done":true}</c> as the last line.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="naming">What the answer is called.</param>
/// <param name="includeUsage">Whether the client wants the counts.</param>
internal sealed class ChatLines(IBufferWriter<byte> output, AnswerNaming naming, bool includeUsage) : ChatChunks(output, naming, includeUsage, "", "\n")
{
    public override string ContentType => "application/x-ndjson";

    /// <summary>A line that is neither a chunk nor the end; an empty one would break clients that parse each.</summary>
    public override void Waiting(string status)
    {
        Output.Write("{\"status\":"u8);
        JsonText.WriteString(Output, status);
        Output.Write("}\n"u8);
    }

    /// <summary>The last line is the last line.</summary>
    public override void Remark(string text)
    {
    }

    protected override void WriteDone() => Output.Write("{\"done\":true}\n"u8);

    protected override void WriteError(ErrorText error)
    {
        ErrorBody.Write(error, Dialect.OpenAi, Output);
        Output.Write("\n"u8);
    }
}
