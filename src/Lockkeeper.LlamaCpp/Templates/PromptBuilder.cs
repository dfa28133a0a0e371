using System.Text;

namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>Puts a prompt together, and keeps apart what the template says and what people say.</summary>
internal sealed class PromptBuilder
{
    private readonly List<PromptPart> _parts = [];
    private readonly StringBuilder _text = new();
    private bool _isMarkup;

    public PromptBuilder Markup(string text) => Append(text, isMarkup: true);

    public PromptBuilder Content(string text) => Append(text, isMarkup: false);

    public IReadOnlyList<PromptPart> Build()
    {
        EndPart();
        return _parts;
    }

    private PromptBuilder Append(string text, bool isMarkup)
    {
        if (isMarkup != _isMarkup)
        {
            EndPart();
            _isMarkup = isMarkup;
        }

        _text.Append(text);
        return this;
    }

    private void EndPart()
    {
        if (_text.Length > 0)
        {
            _parts.Add(new PromptPart(Encoding.UTF8.GetBytes(_text.ToString()), _isMarkup));
            _text.Clear();
        }
    }
}
