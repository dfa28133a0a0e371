using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Catalog;

/// <summary>
/// What the models of an Ollama can do, which it tells of one at a time. Each is asked for once: what it tells is kept by the model's digest, which is another one when the model is. Used by one
/// question at a time.
/// </summary>
internal sealed class OllamaCards(TimeProvider time)
{
    /// <summary>Asked at a time; a daemon that also answers chats must not feel it.</summary>
    private const int AtOnce = 4;

    /// <summary>Asked for in one go; those that are left wait for the next.</summary>
    private const int MostAtATime = 100;

    /// <summary>A model that nothing was told of is not asked for again for so long.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, (OllamaAbilities? Told, long At)> _known = new(StringComparer.Ordinal);

    /// <summary>The models with what is known of them.</summary>
    public IEnumerable<ListedModel> With(IEnumerable<ListedModel> models) => models.Select(model =>
        model.Card is { } card && _known.GetValueOrDefault(card.Digest).Told is { } told ? model with { Card = card with { Abilities = told } } : model);

    /// <summary>Asks for those that nothing is known of.</summary>
    /// <returns>Whether anything was told.</returns>
    public async Task<bool> AskAsync(IReadOnlyCollection<ListedModel> models, EngineTalk talk, CancellationToken cancellationToken)
    {
        var digests = models.Select(model => model.Card?.Digest).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _known.Keys.Where(digest => !digests.Contains(digest)).ToList())
        {
            _known.Remove(gone);
        }

        var told = false;
        foreach (var some in models.Where(IsOpen).DistinctBy(model => model.Card!.Digest).Take(MostAtATime).Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(some.Select(model => OfAsync(model, talk, cancellationToken)));
            foreach (var (model, abilities) in some.Zip(answers))
            {
                _known[model.Card!.Digest] = (abilities, time.GetTimestamp());
                told |= abilities is not null;
            }

            if (Array.TrueForAll(answers, answer => answer is null))
            {
                break; // it is older than this question, or has other worries
            }
        }

        return told;
    }

    private bool IsOpen(ListedModel model) =>
        model.Card is { } card && (!_known.TryGetValue(card.Digest, out var known) || (known.Told is null && time.GetElapsedTime(known.At) >= Rest));

    private static async Task<OllamaAbilities?> OfAsync(ListedModel model, EngineTalk talk, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["model"] = model.Name });
        var reply = await talk.ControlAsync(new ControlCall("POST", "/api/show", body), EngineTalk.Patience, cancellationToken);
        if (!reply.IsGood)
        {
            return null;
        }

        using var json = reply.Json();
        try
        {
            return json is null ? null : OllamaAbilities.Of(json.RootElement);
        }
        catch (InvalidOperationException)
        {
            return null; // half a character
        }
    }
}
