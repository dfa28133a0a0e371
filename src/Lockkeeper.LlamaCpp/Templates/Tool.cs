using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Definition">The whole of it as JSON, spaced as the models were trained to read it.</param>
/// <param name="Parameters">The JSON schema of its arguments; undefined for none.</param>
/// <param name="IsStrict">Its arguments have to fit the schema, or the request cannot be served.</param>
internal sealed record Tool(string Name, string Definition, JsonElement Parameters, bool IsStrict);
