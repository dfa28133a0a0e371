using System.Text;
using Lockkeeper.Server.Config;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config.Scenarios;

/// <summary>Whatever stands in the file, its user gets a configuration or problems, never an exception.</summary>
public sealed class ConfigFuzzTests
{
    private static readonly string Example = File.ReadAllText(Path.Combine(Repository.Root, "lockkeeper.example.yaml"));

    /// <summary>What YAML and the keys give a meaning to.</summary>
    private static readonly string[] Pieces =
    [
        ":", ": ", "- ", "\n", "\n  ", "\t", "[", "]", "{", "}", ",", "\"", "'", "#", "&a", "*a", "!", "!!str", "|", ">", "?", "? ", "---", "...", "%", "@", "`", "<<: ", "~", "null",
        "0", "-1", "99999999999999999999", "1e9", "5s", "1m30s", "5GB", "true", "yes", "{port}", "{path}", "\\", "\0", "\u0085", "\u2028", "\uFEFF", "é", "\uD800", "\r", "    ",
        "server", "models", "engine", "command", "aliases", "ready", "priority", "path", "\"\\0\"", "\"\\ud800\"",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_mutilated_file_gives_a_configuration_or_problems(int seed)
    {
        var random = new Random(seed);
        var sound = 0;
        for (var run = 0; run < 2000; run++)
        {
            var text = Mutate(random);
            try
            {
                var draft = ConfigText.Read("f", text, KnownPresets.All);
                _ = new ConfigFolder("/", "/").Check(draft.Config, KnownPresets.All, draft.Positions);
                if (draft.Problems.Count == 0)
                {
                    sound++;
                    CatalogBuilder.Build(draft.Config, new ConfigFolder("/", "/"), KnownPresets.All).Models.ShouldNotBeEmpty();
                }
                else
                {
                    var lines = text.AsSpan().Count('\n') + text.AsSpan().Count('\r') + text.AsSpan().Count('\u0085') + text.AsSpan().Count('\u2028') + 1;
                    draft.Problems.Where(problem => problem.Line < 0 || problem.Line > lines || problem.Message.Length == 0 || problem.ToString().Any(char.IsControl)).ShouldBeEmpty();
                }
            }
            catch (Exception thrown)
            {
                throw new InvalidOperationException($"Seed {seed}, run {run}:\n{text}", thrown);
            }
        }

        // A mutation often lands in a comment; were none ever sound, the test would only ever see the parser's first complaint.
        sound.ShouldBeGreaterThan(20);
    }

    private static string Mutate(Random random)
    {
        var text = new StringBuilder(Example);
        for (var mutation = random.Next(1, 6); mutation > 0; mutation--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at));
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 256);
                    break;
                default:
                    text.Insert(at, text.ToString(random.Next(text.Length / 2), random.Next(1, text.Length / 2)));
                    break;
            }
        }

        return text.ToString();
    }
}
