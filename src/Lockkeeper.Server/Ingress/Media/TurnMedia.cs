using System.Collections.Immutable;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>The images and files of a chat as every dialect has it: for engines that are not asked in OpenAI's words.</summary>
internal sealed class TurnMedia(MediaLook look)
{
    /// <summary>All of them, results of tools included, with their places.</summary>
    public static ImmutableArray<(string Place, ChatPart.Media Media)> In(ChatTurn turn) =>
    [
        .. turn.Messages.SelectMany((message, at) => message.Parts.SelectMany((part, index) => MediaOf(part).Select(media => (media.Place ?? MediaPart.PlaceOf(at, index), media)))),
    ];

    /// <returns>The chat itself where nothing has to change.</returns>
    public async Task<Checked<ChatTurn>> LookAtAsync(ChatTurn turn)
    {
        var changed = false;
        var messages = turn.Messages.ToBuilder();
        for (var at = 0; at < messages.Count; at++)
        {
            var parts = ImmutableArray.CreateBuilder<ChatPart>();
            for (var index = 0; index < messages[at].Parts.Length; index++)
            {
                if (!(await PartAsync(messages[at].Parts[index], MediaPart.PlaceOf(at, index))).Holds(out var shown, out var refused))
                {
                    return refused;
                }

                changed |= shown is not [var same] || !ReferenceEquals(same, messages[at].Parts[index]);
                parts.AddRange(shown);
            }

            messages[at] = messages[at] with { Parts = parts.DrainToImmutable() };
        }

        return changed ? turn with { Messages = messages.DrainToImmutable() } : turn;
    }

    private async Task<Checked<ImmutableArray<ChatPart>>> PartAsync(ChatPart part, string place)
    {
        switch (part)
        {
            case ChatPart.Media media:
                return await MediaAsync(media, place);
            case ChatPart.ToolResult result when MediaOf(result).Any():
                var content = ImmutableArray.CreateBuilder<ChatPart>();
                foreach (var within in result.Content)
                {
                    if (!(await PartAsync(within, place)).Holds(out var shown, out var refused))
                    {
                        return refused;
                    }

                    content.AddRange(shown);
                }

                return ImmutableArray.Create<ChatPart>(result with { Content = content.DrainToImmutable() });
            default:
                return ImmutableArray.Create(part);
        }
    }

    private async Task<Checked<ImmutableArray<ChatPart>>> MediaAsync(ChatPart.Media media, string position)
    {
        var place = media.Place ?? position;
        if (look.TooLong(place, media.Url.Length) is { } tooLong)
        {
            return tooLong;
        }

        var kind = media.FileName is null ? MediaPartKind.Image : MediaPartKind.File;
        return !(await look.AtAsync(place, Encoding.UTF8.GetBytes(media.Url), kind)).Holds(out var seen, out var refused) ? refused
            : seen.IsUnchanged ? ImmutableArray.Create<ChatPart>(media)
            : seen.Uris.Select(uri => (ChatPart)new ChatPart.Media(Encoding.ASCII.GetString(uri.AsSpan(1, uri.Length - 2)), media.Detail)).ToImmutableArray();
    }

    private static IEnumerable<ChatPart.Media> MediaOf(ChatPart part) => part switch
    {
        ChatPart.Media media => [media],
        ChatPart.ToolResult result => result.Content.OfType<ChatPart.Media>(),
        _ => [],
    };
}
