using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>The grammar of a whole answer: one of the things that are allowed.</summary>
internal sealed class AnswerGrammar
{
    private readonly GbnfRules _rules = new();
    private readonly JsonRules _json;
    private readonly List<string> _allowed = [];

    public AnswerGrammar() => _json = new JsonRules(_rules);

    /// <summary>JSON that a schema allows.</summary>
    /// <exception cref="SchemaException">No grammar expresses it.</exception>
    public AnswerGrammar AllowSchema(JsonElement schema)
    {
        _allowed.Add(SchemaGrammar.Add(schema, _rules, _json));
        return this;
    }

    /// <summary>Any JSON object.</summary>
    public AnswerGrammar AllowObject()
    {
        _allowed.Add(_json.Object);
        return this;
    }

    /// <summary>Calls of tools, as <see cref="ChatMlTemplate"/> has them written.</summary>
    /// <param name="tools">Those that may be called, at least one.</param>
    /// <param name="isOne">One call and no more.</param>
    /// <exception cref="SchemaException">A strict tool has parameters that no grammar expresses; its place begins with the tool's name.</exception>
    public AnswerGrammar AllowCalls(IReadOnlyList<Tool> tools, bool isOne)
    {
        var call = _rules.Add(string.Join(" | ", tools.Select(Call)), "");
        _allowed.Add(isOne ? call : $"{call} (\"\\n\" {call})*");
        return this;
    }

    public string Build() => _rules.Build(string.Join(" | ", _allowed));

    private string Call(Tool tool) =>
        $"{GbnfRules.Literal($"<tool_call>\n{{\"name\": \"{tool.Name}\", \"arguments\": ")} {Arguments(tool)} {GbnfRules.Literal("}\n</tool_call>")}";

    /// <summary>A tool that is not strict promises nothing, so a schema that is too much for a grammar leaves its arguments any object.</summary>
    private string Arguments(Tool tool)
    {
        if (tool.Parameters.ValueKind == JsonValueKind.Undefined)
        {
            return _json.Object;
        }

        try
        {
            return SchemaGrammar.Add(tool.Parameters, _rules, _json);
        }
        catch (SchemaException) when (!tool.IsStrict)
        {
            return _json.Object;
        }
        catch (SchemaException exception)
        {
            throw new SchemaException(SchemaKeywords.At($"{tool.Name}.parameters", exception.Place), exception.Message);
        }
    }
}
