namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>A JSON schema that no grammar expresses. The message is for who wrote the schema.</summary>
/// <param name="place">Where, as in <c>properties.name.pattern</c>.</param>
/// <param name="message">What is wrong there; follows its name.</param>
internal sealed class SchemaException(string place, string message) : Exception(message)
{
    public string Place { get; } = place;
}
