using System.Text.Json;

namespace Lockkeeper.Clients.Tests.Agents;

/// <summary>One turn of an agent: what it printed, and what the router says of its requests.</summary>
internal sealed record AgentTurn(IAgent Agent, ChildProcess Process, IReadOnlyList<JsonElement> Requests)
{
    /// <summary>Those that can be run.</summary>
    public static IReadOnlyList<IAgent> Agents { get; } = [new Codex(), new ClaudeCode(), new Opencode()];

    /// <summary>The lines of JSON that it printed.</summary>
    public IReadOnlyList<JsonElement> Events { get; } = [.. Process.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonElement.Parse(line))];

    public bool EndedWell => Process.ExitCode == 0 && Requests.Count > 0
        && Requests.All(request => request.GetProperty("route").GetString() == Agent.Route && request.GetProperty("outcome").GetString() == "answered");

    public IReadOnlyList<string> Types => [.. Events.Select(one => one.GetProperty("type").GetString()!)];

    public string Said => $"{Process.Said}\n{string.Join('\n', Requests)}";
}
