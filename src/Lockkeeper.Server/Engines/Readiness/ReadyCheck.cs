using System.Globalization;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Readiness;

/// <summary>One look at everything an engine's <c>ready</c> asks for, stage by stage; the first that does not hold is the evidence.</summary>
internal sealed class ReadyCheck(EngineTalk talk, ModelSpec model)
{
    private readonly ReadyRule _rule = model.Engine.Ready;
    private readonly ListedNames _names = ListedNames.Of(model);
    private readonly JsonCondition? _condition = model.Engine.Ready.Json is { } json && JsonCondition.TryParse(json, out var condition, out _) ? condition : null;

    /// <summary>What came of the last completion, if it failed: the next may be under way when the time is up.</summary>
    private string? _failed;

    /// <summary>What the last look saw, in words.</summary>
    public string LastSeen { get; set; } = "nothing was asked yet";

    /// <summary>Whether an answer below 500 will do: an engine of somebody else need not know the path that nobody has named.</summary>
    public bool AnyAnswerWillDo { get; init; }

    /// <summary>Looks at all stages. A completion is waited for as long as the token lets it.</summary>
    public async Task<bool> HoldsAsync(CancellationToken cancellationToken) =>
        await AnswersAsync(cancellationToken) && (!_rule.Completion || await CompletesAsync(cancellationToken));

    /// <summary>Looks at all stages but the completion, which costs the engine work.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var reads = _rule.Json is not null || _rule.ContainsModel;
        var reply = await talk.LookAsync(_rule.Path, reads, cancellationToken);
        LastSeen = reply.ToString();
        if (!reply.IsGood && !(AnyAnswerWillDo && !reads && reply.Status < 500))
        {
            return false;
        }

        return !reads || SaysIt(reply);
    }

    private bool SaysIt(EngineReply reply)
    {
        using var json = reply.Json();
        if (json is null)
        {
            LastSeen = $"{reply}, but with no JSON";
            return false;
        }

        if (_condition?.Holds(json.RootElement) == false)
        {
            LastSeen = $"{reply}, but '{_condition}' does not hold: {_condition.Found(json.RootElement)}";
            return false;
        }

        if (_rule.ContainsModel && !ListedModel.IsNamedIn(json.RootElement, _names))
        {
            LastSeen = $"{reply}, but does not name '{_names}'";
            return false;
        }

        return true;
    }

    private async Task<bool> CompletesAsync(CancellationToken cancellationToken)
    {
        if (TokenRequest.For(model, tokens: 1) is not { } request)
        {
            return true; // there is no cheap request for what it makes
        }

        var before = _failed is null ? "" : $"; before that, {_failed}";
        LastSeen += string.Create(CultureInfo.InvariantCulture, $", and {request.Method} {request.Path} has not answered yet{before}");
        var reply = await talk.AskAsync(request, patience: null, cancellationToken);
        if (reply.IsGood && reply.Error() is null)
        {
            return true;
        }

        _failed = $"a completion of one token failed: {reply.InFull()}";
        LastSeen = $"GET {_rule.Path} says that it is ready, but {_failed}";
        return false;
    }
}
