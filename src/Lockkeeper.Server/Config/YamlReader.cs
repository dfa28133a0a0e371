using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lockkeeper.Server.Config;

/// <summary>Reads one YAML document into nodes that know their lines. Bounded: a hostile file costs no more than an honest one.</summary>
internal sealed class YamlReader
{
    /// <summary>Deeper than any key lies; recursion over nodes relies on it.</summary>
    private const int DeepestNesting = 32;

    /// <summary>Nodes with every alias written out. Without it nine lines of aliases to aliases make a billion.</summary>
    private const int MostNodes = 100_000;

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ConfigNode?> _anchors = [];

    private readonly string? _file;

    private YamlReader(string text, string? file) => (_parser, _file) = (new Parser(new StringReader(text)), file);

    /// <param name="text">The document.</param>
    /// <param name="file">What its entries say they stand in.</param>
    /// <returns>The root of the document; null when there is nothing in it.</returns>
    /// <exception cref="YamlRefusedException">It is not YAML, or YAML that a configuration has no use for.</exception>
    public static ConfigNode? Read(string text, string? file = null)
    {
        var reader = new YamlReader(text, file);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException problem)
        {
            throw YamlRefusedException.Of(problem, text);
        }
        catch (InvalidOperationException)
        {
            // The parser trips over its own state on some unclosed brackets instead of naming them.
            throw new YamlRefusedException(reader.Line, "is not valid YAML: a bracket or brace that is opened near here is not closed");
        }
        catch (ArgumentException)
        {
            // The parser lets an escape such as "\UFFFFFFFF" through to the runtime, which knows no such character.
            throw new YamlRefusedException(reader.Line, "is not valid YAML: an escape near here (\\x, \\u or \\U and digits) names no character");
        }
    }

    private int Line => _parser.Current is { } current ? (int)current.Start.Line : 1;

    private ConfigNode? ReadDocument()
    {
        _parser.MoveNext(); // StreamStart
        _parser.MoveNext();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        _parser.MoveNext(); // past DocumentStart
        var root = ReadNode(0);
        _parser.MoveNext(); // past DocumentEnd
        return _parser.Current is DocumentStart or StreamStart
            ? throw new YamlRefusedException(Line, "starts a second document; a configuration is one document")
            : root is ConfigNode.Scalar { IsNothing: true } ? null : root;
    }

    /// <summary>Reads the node that starts at the current event, and stands behind it afterwards.</summary>
    private ConfigNode ReadNode(int depth)
    {
        var start = _parser.Current;
        if (depth > DeepestNesting)
        {
            throw new YamlRefusedException(Line, $"is nested more than {DeepestNesting} levels deep");
        }

        if (start is AnchorAlias alias)
        {
            _parser.MoveNext();
            return Resolve(alias);
        }

        // The parser lets a key without a value pass in some bracketed lists.
        if (start is not NodeEvent named)
        {
            throw new YamlRefusedException(Line, "is not valid YAML: a value is missing here");
        }

        if (!named.Tag.IsEmpty)
        {
            throw new YamlRefusedException(Line, $"holds the tag '{named.Tag}'; a configuration has no tags, remove it");
        }

        // Known but not finished: an alias to it from inside would be a loop.
        if (!named.Anchor.IsEmpty)
        {
            _anchors[named.Anchor] = null;
        }

        ConfigNode node = start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadSequence(depth),
            _ => ReadMapping(depth),
        };
        if (!named.Anchor.IsEmpty)
        {
            _anchors[named.Anchor] = node;
        }

        return node;
    }

    private ConfigNode.Scalar ReadScalar(Scalar scalar)
    {
        var node = new ConfigNode.Scalar(Line, scalar.Value, scalar.Style != ScalarStyle.Plain);
        _parser.MoveNext();
        return node;
    }

    private ConfigNode.Sequence ReadSequence(int depth)
    {
        var line = Line;
        var size = 1;
        List<ConfigNode> items = [];
        _parser.MoveNext();
        while (_parser.Current is not SequenceEnd)
        {
            var item = ReadNode(depth + 1);
            size = Grow(size, item, line);
            items.Add(item);
        }

        _parser.MoveNext();
        return new ConfigNode.Sequence(line, size, items);
    }

    private ConfigNode.Mapping ReadMapping(int depth)
    {
        var line = Line;
        var size = 1;
        List<ConfigEntry> entries = [];
        _parser.MoveNext();
        while (_parser.Current is not MappingEnd)
        {
            var keyLine = Line;
            if (ReadNode(depth + 1) is not ConfigNode.Scalar key)
            {
                throw new YamlRefusedException(keyLine, "has a list or a section as a key; a key is plain text");
            }

            if (key is { Text: "<<", Quoted: false })
            {
                throw new YamlRefusedException(keyLine, "holds the merge key '<<', which YAML 1.2 does not have; an alias (*name) stands for a whole value");
            }

            var value = ReadNode(depth + 1);
            size = Grow(size, value, keyLine) + 1;
            entries.Add(new ConfigEntry(key.Text, keyLine, value) { File = _file });
        }

        _parser.MoveNext();
        return new ConfigNode.Mapping(line, size, entries);
    }

    private ConfigNode Resolve(AnchorAlias alias) => _anchors.TryGetValue(alias.Value, out var node)
        ? node ?? throw new YamlRefusedException((int)alias.Start.Line, $"holds the alias '*{alias.Value}' inside of what it stands for")
        : throw new YamlRefusedException((int)alias.Start.Line, $"holds the alias '*{alias.Value}', but nothing above it is anchored as '&{alias.Value}'");

    private static int Grow(int size, ConfigNode child, int line) => size + child.Size <= MostNodes
        ? size + child.Size
        : throw new YamlRefusedException(line, $"holds more than {MostNodes} values, aliases counted in full");
}
