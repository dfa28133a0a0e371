using System.Reflection;
using System.Text;
using Anthropic;
using Lockkeeper.Clients.Tests.Agents;
using OpenAI;

namespace Lockkeeper.Clients.Tests;

/// <summary>docs/compatibility.md, made of what was run.</summary>
internal static class CompatibilityPage
{
    public const string Path = "docs/compatibility.md";

    /// <summary>Every dialect, and what it has.</summary>
    private static readonly (string Name, string Route, bool Streams, bool Tools)[] Dialects =
    [
        ("OpenAI chat", "/v1/chat/completions", Streams: true, Tools: true),
        ("OpenAI Responses", "/v1/responses", Streams: true, Tools: true),
        ("Anthropic Messages", "/v1/messages", Streams: true, Tools: true),
        ("Ollama chat", "/api/chat", Streams: true, Tools: true),
        ("Ollama generate", "/api/generate", Streams: true, Tools: false),
        ("Query", "/v1/query", Streams: false, Tools: false),
    ];

    private const string Head = """
        # Compatibility

        What has been run, and by which client. This page is written by `tests/Lockkeeper.Clients.Tests` from a run of all clients against the real executable, the built-in engine and the two demo
        models, and the tests fail when it differs from what they have run. [clients/](clients/README.md) has the settings of each client.

        ## Conversations

        Each cell names the clients that have got through it. *Text* is a question and its answer. *Tools* is a call of a tool, its result and the answer to that. *After a swap*: another model was
        resident, and the request waited until it was stopped and its own had started. *Resident*: its model was there. That it was so is checked by the router's journal of requests.


        """;

    private const string CannotRun = """

        ## What cannot run

        * Ollama's `/api/generate` has no tools. sluice's `/v1/query` has no streams, and calls tools but takes no results of them. Those columns and rows are missing for them.
        * `@langchain/ollama` streams whatever it is asked, so that there is no answer in one piece. It does not hang up when its signal ends a stream either: it stops reading and leaves the connection open.
        * `/v1/query` has no package: it is asked by Node's own `fetch`. [The curl lines](clients/curl.md) of the projects that it comes from are tests of their own.

        """;

    /// <summary>All that must have been run by somebody.</summary>
    public static IEnumerable<(string Dialect, bool Cold, bool Stream, bool Tools)> Required =>
        from dialect in Dialects
        from cold in (bool[])[true, false]
        from stream in (bool[])[false, true]
        from tools in (bool[])[false, true]
        where (dialect.Streams || !stream) && (dialect.Tools || !tools)
        select (dialect.Name, cold, stream, tools);

    public static string Of(IReadOnlyList<Cell> cells, IReadOnlyList<AgentTurn> turns, IEnumerable<KeyValuePair<string, string>> packages, IReadOnlyDictionary<string, string> agents)
    {
        var page = new StringBuilder(Head);
        foreach (var (name, route, streams, tools) in Dialects)
        {
            page.Append($"### {name}: `POST {route}`\n\n| | text |{(tools ? " tools |" : "")}\n|---|---|{(tools ? "---|" : "")}\n");
            foreach (var (cold, stream) in from cold in (bool[])[true, false] from stream in (bool[])[false, true] where streams || !stream select (cold, stream))
            {
                page.Append($"| {(cold ? "after a swap" : "resident")}, {(stream ? "streamed" : "in one piece")} | {Clients(tools: false)} |{(tools ? $" {Clients(tools: true)} |" : "")}\n");

                string Clients(bool tools) => string.Join(", ", cells
                    .Where(cell => cell.Dialect == name && cell.Cold == cold && cell.Stream == stream && cell.Tools == tools)
                    .Select(cell => cell.Client).Distinct().Order(StringComparer.Ordinal));
            }

            page.Append('\n');
        }

        page.Append("## Agents\n\nEach takes one turn, and ends well: it finds all events that it waits for. The model is a demo, and what it says is nonsense.\n\n| agent | version | speaks |\n|---|---|---|\n");
        foreach (var turn in turns.Where(turn => turn.EndedWell))
        {
            page.Append($"| {turn.Agent.Name} | `{turn.Agent.Package}` {agents[turn.Agent.Package]} | {turn.Agent.Dialect} |\n");
        }

        page.Append("\n## Versions\n\n| package | version | from |\n|---|---|---|\n");
        foreach (var (name, version) in packages.OrderBy(package => package.Key, StringComparer.Ordinal))
        {
            page.Append($"| `{name}` | {version} | npm |\n");
        }

        page.Append($"| `Anthropic` | {VersionOf(typeof(AnthropicClient))} | NuGet |\n| `OpenAI` | {VersionOf(typeof(OpenAIClient))} | NuGet |\n");
        return page.Append(CannotRun).ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>As published: what follows a plus is the commit it was built from.</summary>
    private static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
