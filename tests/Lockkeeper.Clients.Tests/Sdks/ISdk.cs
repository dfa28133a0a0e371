namespace Lockkeeper.Clients.Tests.Sdks;

/// <summary>One dialect as one SDK for .NET speaks it.</summary>
internal interface ISdk
{
    /// <summary>Name of the package, as the table has it.</summary>
    string Name { get; }

    string Dialect { get; }

    /// <summary>The path of every request it makes.</summary>
    string Route { get; }

    /// <summary>Asks a question.</summary>
    /// <returns>The answer, and in how many pieces it came.</returns>
    Task<(string Text, int Pieces)> AskAsync(Uri router, string model, string question, bool stream);

    /// <summary>Asks with a tool, lets it be called, hands in <see cref="Conversation.Weather"/>, and has that answered.</summary>
    /// <returns>What was called, with which arguments, and the answer.</returns>
    Task<(string Tool, string Arguments, string Text)> CallAsync(Uri router, string model, string question, bool stream);
}
