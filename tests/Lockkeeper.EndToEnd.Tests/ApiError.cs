namespace Lockkeeper.EndToEnd.Tests;

/// <summary>An error as a client sees it.</summary>
internal sealed record ApiError(int Status, string? Code, string Message, string? Param);
