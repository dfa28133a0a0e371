namespace Lockkeeper.Clients.Tests.Agents;

/// <summary>A coding agent for the command line.</summary>
internal interface IAgent
{
    /// <summary>Name of its npm package.</summary>
    string Package { get; }

    string Name { get; }

    string Dialect { get; }

    /// <summary>The path of every request it makes.</summary>
    string Route { get; }

    /// <summary>Has it take one turn, in a home of its own and with nothing but the router to talk to.</summary>
    /// <exception cref="TimeoutException">It did not come to an end.</exception>
    Task<ChildProcess> TakeTurnAsync(AgentHome home, NpmFolder packages, Uri router);
}
