using System.Text;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Detection;

/// <summary>The commented example, with the demo models where this program has them.</summary>
internal static class Example
{
    private const string Resource = "lockkeeper.example.yaml";

    /// <param name="folder">Where the executable and its <c>models</c> folder are.</param>
    public static string In(string folder)
    {
        using var stream = typeof(Example).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        foreach (var model in new[] { "models/demo-guide.gguf", "models/demo-poet.gguf" })
        {
            text = text.Replace($" {model}", $" {YamlScalar.Of(Path.Combine(folder, model))}", StringComparison.Ordinal);
        }

        return text;
    }
}
