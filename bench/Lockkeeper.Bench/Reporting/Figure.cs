namespace Lockkeeper.Bench.Reporting;

/// <summary>One number of the report: a row and a column of its part's table, its unit and, where there is one, the number aimed at.</summary>
internal sealed record Figure(string Part, string Row, string Column, double Value, string Unit)
{
    public string Aim { get; init; } = "";
}
