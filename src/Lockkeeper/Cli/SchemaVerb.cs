using System.CommandLine;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper schema</c>: the JSON schema of the configuration, for editors.</summary>
internal static class SchemaVerb
{
    private const string Resource = "lockkeeper.schema.json";

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("schema", "Print the JSON schema of the configuration, for editors.");
        NotHere.Refuse(command, notHere);
        command.SetAction(parsed =>
        {
            using var schema = new StreamReader(typeof(SchemaVerb).Assembly.GetManifestResourceStream(Resource)!);
            parsed.InvocationConfiguration.Output.Write(schema.ReadToEnd());
            return (int)ExitCode.Success;
        });
        return command;
    }
}
