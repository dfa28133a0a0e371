using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace HouseRules;

/// <summary>An alert is set on the number of a log line. Two lines of one number wake somebody for the wrong one.</summary>
public sealed class EventIdsAreUniqueTests
{
    [Fact]
    public void Every_log_line_has_a_number_of_its_own() => Check(Repository.CSharp.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal))).ShouldBeNone();

    [Theory]
    [InlineData("""[LoggerMessage(7, LogLevel.Debug, "a")]""", """[LoggerMessage(7, LogLevel.Debug, "b")]""", 1)]
    [InlineData("""[LoggerMessage(7, LogLevel.Debug, "a")]""", """[LoggerMessage(EventId = 7, Message = "b")]""", 1)]
    [InlineData("""[LoggerMessage(7, LogLevel.Debug, "a")]""", """[LoggerMessage(LogLevel.Debug, "b")]""", 1)]
    [InlineData("""[LoggerMessage(7, LogLevel.Debug, "a")]""", """[LoggerMessage(8, LogLevel.Debug, "b")]""", 0)]
    public void A_number_used_twice_or_left_out_is_seen(string first, string second, int breaches) =>
        Check([new SourceFile("a.cs", $"partial class A {{ {first} partial void One(); }}"), new SourceFile("b.cs", $"partial class B {{ {second} partial void Two(); }}")])
            .Count().ShouldBe(breaches);

    private static IEnumerable<Breach> Check(IEnumerable<SourceFile> files)
    {
        Dictionary<int, Breach> owners = [];
        foreach (var file in files)
        {
            foreach (var attribute in file.Root.DescendantNodes().OfType<AttributeSyntax>().Where(attribute => attribute.Name.ToString() == "LoggerMessage"))
            {
                if (NumberOf(attribute) is not { } number)
                {
                    yield return file.At(attribute, "the log line has no event id");
                }
                else if (!owners.TryAdd(number, file.At(attribute, "")))
                {
                    yield return file.At(attribute, $"event id {number} is taken by {owners[number].Path}:{owners[number].Line}");
                }
            }
        }
    }

    private static int? NumberOf(AttributeSyntax attribute) => attribute.ArgumentList?.Arguments
        .Where(argument => argument.NameEquals is null || argument.NameEquals.Name.Identifier.Text == "EventId")
        .Select(argument => argument.Expression)
        .OfType<LiteralExpressionSyntax>()
        .Where(literal => literal.IsKind(SyntaxKind.NumericLiteralExpression))
        .Select(literal => (int?)int.Parse(literal.Token.ValueText, CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
