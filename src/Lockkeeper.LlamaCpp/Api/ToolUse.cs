using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What a request says about tools.</summary>
/// <param name="Offered">Those that may be called.</param>
/// <param name="Forced">Those of which one has to be called; empty when the model is free.</param>
/// <param name="IsOneCall">One call and no more.</param>
internal sealed record ToolUse(IReadOnlyList<Tool> Offered, IReadOnlyList<Tool> Forced, bool IsOneCall)
{
    public static ToolUse Read(JsonElement root, JsonFields fields)
    {
        var tools = ToolReader.Read(root, fields);
        var forced = ToolReader.ReadChoice(root, tools, fields);
        var isOne = !(fields.Boolean(root, "parallel_tool_calls") ?? true);

        // A model that is shown tools may call one; who wants no call shows none.
        return forced is null ? new ToolUse([], [], isOne) : new ToolUse(tools, forced, isOne);
    }
}
