using System.Text;

namespace Lockkeeper.Server.Config;

/// <summary>Puts a configuration where there is none yet: all of it or nothing, and never over another unless that is asked for.</summary>
internal static class NewConfigFile
{
    /// <returns>Why it was not written; null when it was.</returns>
    public static string? Write(string path, string text, bool overwrite)
    {
        if (Path.Exists(path) && !overwrite)
        {
            return $"{path} exists; it is overwritten only with --force";
        }

        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
            try
            {
                File.WriteAllText(draft, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                File.Move(draft, path, overwrite);
            }
            finally
            {
                File.Delete(draft);
            }

            return null;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {unwritable.Message}";
        }
    }
}
