namespace Lockkeeper.Bench.Reporting;

/// <summary>One number of the report, with its unit and, where there is one, the number aimed at.</summary>
internal sealed record Figure(string Part, string Name, double Value, string Unit, string Aim = "");
