using System.Collections.Immutable;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Catalog;

/// <summary>One engine with a list of models, and what it has said last. Whoever changes it holds the gate of <see cref="EngineLists"/>.</summary>
internal sealed class ListingEngine(AskedList asked, TimeProvider time) : IDisposable
{
    /// <summary>No engine has more; what says so is no list.</summary>
    private const int Most = 1000;

    private readonly OllamaCards _cards = new(time);

    private readonly Upstream _upstream = new(asked.Engine.Url!, asked.Engine.ApiKey);

    public AskedList Asked => asked;

    /// <summary>What it has, by its latest good answer.</summary>
    public ImmutableArray<ListedModel> Known { get; set; } = [];

    /// <summary>The same as it is served.</summary>
    public ImmutableArray<ModelSpec> Models { get; set; } = [];

    /// <summary>Why its latest answer was none; null when it was good, or there was none yet.</summary>
    public string? Trouble { get; set; }

    /// <summary>When it was asked last, and when it last gave a good answer, as timestamps of the clock.</summary>
    public long? AskedAt { get; set; }

    public long? AnsweredAt { get; set; }

    /// <summary>The question that is under way, or the last one.</summary>
    public Task Asking { get; set; } = Task.CompletedTask;

    /// <summary>Asks it. Never throws for what it does.</summary>
    /// <returns>What it has, or why that is not known.</returns>
    public async Task<(ImmutableArray<ListedModel> Models, string? Trouble)> AskAsync(CancellationToken cancellationToken)
    {
        var reply = await Talk.ControlAsync(new ControlCall("GET", asked.Question.Path!, default), EngineTalk.Patience, cancellationToken);
        if (!reply.IsGood)
        {
            return ([], reply.InFull());
        }

        using var json = reply.Json();
        try
        {
            return json is null ? ([], $"{reply}, but with no JSON")
                : ([.. _cards.With(ListedModel.Of(json.RootElement, asked.Question)).Where(model => ModelNames.CanBe(model.Name)).DistinctBy(model => model.Name, StringComparer.OrdinalIgnoreCase)
                    .OrderBy(model => model.Name, StringComparer.Ordinal).Take(Most)], null);
        }
        catch (InvalidOperationException)
        {
            return ([], $"{reply}, but with text that is none"); // half a character
        }
    }

    /// <summary>Asks it what its models can do, as far as that is not known yet. Never throws for what it does.</summary>
    /// <returns>The models with what is known now; null when that is nothing new.</returns>
    public async Task<ImmutableArray<ListedModel>?> AskOfEachAsync(ImmutableArray<ListedModel> models, CancellationToken cancellationToken) =>
        await _cards.AskAsync(models, Talk, cancellationToken) ? [.. _cards.With(models)] : null;

    private EngineTalk Talk => new(_upstream, asked.Engine, time);

    public void Dispose() => _upstream.Dispose();
}
