using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Bench.Reporting;

/// <summary>What was measured, on what, and how long.</summary>
internal sealed class Report(Options options)
{
    private readonly List<Figure> _figures = [];

    public void Add(Figure figure)
    {
        _figures.Add(figure);
        Console.Error.WriteLine($"bench:   {figure.Column}, {figure.Row}: {Show(figure)}");
    }

    public string Markdown()
    {
        var text = new StringBuilder($"{Machine()}\n{Plan()}\n");
        foreach (var part in _figures.GroupBy(figure => figure.Part))
        {
            var columns = part.Select(figure => figure.Column).Distinct().ToList();
            text.Append(CultureInfo.InvariantCulture, $"\n| {part.Key} | {string.Join(" | ", columns)} | aim |\n|---|{string.Concat(Enumerable.Repeat("---:|", columns.Count + 1))}\n");
            foreach (var row in part.GroupBy(figure => figure.Row))
            {
                var cells = columns.Select(column => row.FirstOrDefault(figure => figure.Column == column) is { } figure ? Show(figure) : "");
                var aim = row.Select(figure => figure.Aim).FirstOrDefault(aim => aim.Length > 0);
                text.Append(CultureInfo.InvariantCulture, $"| {row.Key} | {string.Join(" | ", cells)} | {aim} |\n");
            }
        }

        return text.ToString();
    }

    public string Json() => JsonSerializer.Serialize(new { machine = Machine(), plan = Plan(), figures = _figures }, JsonSerializerOptions.Web);

    private static string Machine() => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} core(s), .NET {Environment.Version}.";

    private string Plan() => string.Create(CultureInfo.InvariantCulture,
        $"{options.Rounds} rounds, {options.Requests} requests a round at concurrency 1 and {options.Requests * 4} at 16, {options.Swaps} swaps{(options.OneCore ? ", everything on one core" : "")}.");

    private static string Show(Figure figure) => (figure.Value.ToString(Math.Abs(figure.Value) switch
    {
        >= 1000 => "N0",
        >= 10 => "0.#",
        _ => "0.###",
    }, CultureInfo.InvariantCulture) + " " + figure.Unit).TrimEnd();
}
