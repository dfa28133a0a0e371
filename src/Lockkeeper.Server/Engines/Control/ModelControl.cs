using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Control;

/// <summary>The control API of an engine that runs by itself, for one of its models: what is loaded, load, unload.</summary>
internal sealed class ModelControl(EngineTalk talk, ModelSpec model)
{
    private readonly bool _isOllama = model.Engine.Lifecycle == Lifecycle.Ollama;
    private readonly ListedNames _names = ListedNames.Of(model);

    private ListConfig? List => model.Engine.List is { Path: not null } own ? own : _isOllama ? OllamaCalls.List : null;

    /// <summary>Whether the engine tells what it has loaded.</summary>
    public bool TellsWhatIsLoaded => List is not null;

    /// <summary>Whether a load does no harm where the model is loaded already: it then only says how long it is to be kept, and with which context.</summary>
    public bool LoadsAgain => _isOllama;

    /// <summary>Asks what is loaded; an engine without a list is only asked whether it is there.</summary>
    public async Task<Listing> ListAsync(CancellationToken cancellationToken)
    {
        if (List is not { } list)
        {
            return new Listing(await talk.LookAsync(model.Engine.Ready.Path, wantsBody: false, cancellationToken), null, null);
        }

        var reply = await talk.ControlAsync(new ControlCall("GET", list.Path!, default), EngineTalk.Patience, cancellationToken);
        if (reply.Status == 400)
        {
            // An engine that shows its one model has none to show: TabbyAPI's way to say so.
            return new Listing(reply, [], null);
        }

        using var json = reply.IsGood ? reply.Json() : null;
        var models = json is null ? null : Read(json.RootElement, list);
        return new Listing(reply, models, models?.FirstOrDefault(listed => _names.Contain(listed.Name)));
    }

    /// <summary>Has it loaded, and waits for the end of the answer. Null when that went well.</summary>
    public async Task<string?> LoadAsync(CancellationToken cancellationToken)
    {
        var config = model.Engine.Load ?? (_isOllama ? OllamaCalls.Load(model) : new ControlCallConfig());
        return ControlCall.TryFill(config, ValueOf, out var call, out var missing)
            ? Judge(await talk.ControlAsync(call, patience: null, cancellationToken))
            : $"engines.{model.Engine.Name}.load.path uses {missing}, but the model has no {missing.Trim('{', '}')}";
    }

    /// <summary>Has it unloaded. Null when the engine says that went well, which is no proof.</summary>
    public async Task<string?> UnloadAsync(ListedModel? listed, TimeSpan patience, CancellationToken cancellationToken)
    {
        var config = model.Engine.Unload ?? (_isOllama ? OllamaCalls.Unload : new ControlCallConfig());
        string? ValueOf(string placeholder) => placeholder == Placeholders.Instance ? listed?.Instance ?? model.Id.Value : this.ValueOf(placeholder);
        return ControlCall.TryFill(config, ValueOf, out var call, out var missing)
            ? Judge(await talk.ControlAsync(call, patience, cancellationToken))
            : $"engines.{model.Engine.Name}.unload.path uses {missing}, but the model has no {missing.Trim('{', '}')}";
    }

    private static IReadOnlyList<ListedModel>? Read(JsonElement answer, ListConfig list)
    {
        try
        {
            return ListedModel.Of(answer, list);
        }
        catch (InvalidOperationException)
        {
            return null; // text that is no text: half a character
        }
    }

    private static string? Judge(EngineReply reply) => reply.IsGood && reply.Error() is null ? null : reply.InFull();

    private string? ValueOf(string placeholder) => model.Values.GetValueOrDefault(placeholder.Trim('{', '}')) ?? placeholder switch
    {
        Placeholders.Id => model.Id.Value,
        Placeholders.Path => model.Path,
        _ => null,
    };
}

/// <summary>What an engine says it has loaded.</summary>
/// <param name="Reply">Its answer.</param>
/// <param name="Models">What is loaded; null when it does not tell, or not just now.</param>
/// <param name="Ours">The model that was asked for, if it is loaded.</param>
internal sealed record Listing(EngineReply Reply, IReadOnlyList<ListedModel>? Models, ListedModel? Ours);
