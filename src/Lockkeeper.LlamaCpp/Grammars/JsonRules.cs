namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>The rules of JSON itself, made when they are first needed.</summary>
internal sealed class JsonRules(GbnfRules rules)
{
    /// <summary>White space a model may put between tokens: none, a space, or a line break with an indentation. Without a bound a model can go on with it for ever.</summary>
    public string Space => rules.Add("\"\" | \" \" | \"\\n\" [ ]{0,16}", "");

    /// <summary>One character of a string. Halves of surrogate pairs have no escape: JSON lets them stand alone, and text does not.</summary>
    public string Character => rules.Add(
        """[^"\\\x00-\x1F\x7F] | "\\" (["\\bfnrt/] | "u" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}))""", "");

    public string String => rules.Add($"\"\\\"\" {Character}* \"\\\"\"", "");

    public string Integer => rules.Add("\"-\"? " + Whole, "");

    public string Number => rules.Add("\"-\"? " + Positive, "");

    /// <summary>Without a sign.</summary>
    public string Unsigned => rules.Add(Positive, "");

    public string Boolean => rules.Add("\"true\" | \"false\"", "");

    public string Null => rules.Add("\"null\"", "");

    public string Value
    {
        get
        {
            if (field is null)
            {
                field = rules.Reserve("");
                rules.Define(field, $"{Object} | {Array} | {String} | {Number} | {Boolean} | {Null}", "");
            }

            return field;
        }
    }

    public string Object => rules.Add($"\"{{\" {Space} ({Member} (\",\" {Space} {Member})*)? {Space} \"}}\"", "");

    public string Array => rules.Add($"\"[\" {Space} ({Value} (\",\" {Space} {Value})*)? {Space} \"]\"", "");

    /// <summary>Numbers of bounded length, for the reason that white space is: a model can go on with digits for ever.</summary>
    private static string Whole => """("0" | [1-9] [0-9]{0,15})""";

    private static string Positive => Whole + """ ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?""";

    private string Member => rules.Add($"{String} \":\" {Space} {Value}", "");
}
