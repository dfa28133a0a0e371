using System.Collections.Immutable;
using System.Text;

namespace Lockkeeper.Core.Dialects;

/// <summary>How many tokens a chat takes, for who has no tokeniser to ask: a quarter of its bytes in UTF-8, rounded up, 4 for each message, and 1,000 for each image.</summary>
/// <remarks>
/// English has some four bytes to a token, code and other languages fewer; names, schemas of tools and what they answer are counted, ids and addresses are not. It is for those who have to
/// decide before they ask (whether a chat has to be made shorter), and is no bill.
/// </remarks>
internal static class TokenEstimate
{
    /// <summary>Of UTF-8.</summary>
    public const int BytesPerToken = 4;

    private const int PerMessage = 4;
    private const int PerImage = 1000;

    public static long Of(ChatTurn turn)
    {
        long bytes = 0;
        long images = 0;
        foreach (var message in turn.Messages)
        {
            Count(message.Parts, ref bytes, ref images);
        }

        foreach (var tool in turn.Tools)
        {
            bytes += Length(tool.Name) + Length(tool.Description) + Length(tool.Parameters);
        }

        return ((bytes + BytesPerToken - 1) / BytesPerToken) + (PerMessage * (long)turn.Messages.Length) + (PerImage * images);
    }

    private static void Count(ImmutableArray<ChatPart> parts, ref long bytes, ref long images)
    {
        foreach (var part in parts)
        {
            switch (part)
            {
                case ChatPart.Text text:
                    bytes += Length(text.Value);
                    break;
                case ChatPart.Reasoning reasoning:
                    bytes += Length(reasoning.Value);
                    break;
                case ChatPart.ToolCall call:
                    bytes += Length(call.Name) + Length(call.Arguments);
                    break;
                case ChatPart.ToolResult result:
                    Count(result.Content, ref bytes, ref images);
                    break;
                case ChatPart.Media:
                    images++;
                    break;
            }
        }
    }

    private static long Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
