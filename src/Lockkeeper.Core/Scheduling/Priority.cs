namespace Lockkeeper.Core.Scheduling;

/// <summary>How urgent a request is; a lower number is served first. The numbers are part of the API.</summary>
internal enum Priority
{
    Critical = 0,
    High = 1,
    Medium = 2,
    Low = 3,
    Background = 4,
}
