using System.CommandLine;

namespace Lockkeeper.Cli;

/// <summary>Options of the default verb parse before any other verb; to that verb they mean nothing, and silence about them would look like consent.</summary>
internal static class NotHere
{
    public static void Refuse(Command command, IReadOnlyList<Option> options) => command.Validators.Add(result =>
    {
        foreach (var option in options.Where(option => result.GetResult(option) is { Implicit: false }))
        {
            result.AddError($"'{option.Name}' is not for '{command.Name}'.");
        }
    });
}
