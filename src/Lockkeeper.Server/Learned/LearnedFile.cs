using Lockkeeper.Core.Models;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Learned;

/// <summary>The state file. Whatever happens to the disk or the process, it is either as it was or as it shall be; and no trouble with it keeps Lockkeeper from serving.</summary>
/// <param name="path">Absolute path; its folder is made when needed.</param>
/// <param name="logger">For what cannot be read or written.</param>
internal sealed partial class LearnedFile(string path, ILogger<LearnedFile> logger)
{
    private readonly ILogger _logger = logger;
    private volatile bool _warned;

    /// <summary>False while it cannot be written.</summary>
    public bool IsKept => !_warned;

    /// <summary>What was learned in earlier lives; nothing when there is no file, or none that can be read. One that makes no sense is moved aside, for whoever wants to look into it.</summary>
    public IReadOnlyDictionary<ModelId, LearnedModel> Load()
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Dictionary<ModelId, LearnedModel>();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(path, failure.Message);
            return new Dictionary<ModelId, LearnedModel>();
        }

        if (LearnedJson.TryRead(text, out var models, out var problem))
        {
            return models;
        }

        var aside = path + ".broken";
        try
        {
            File.Move(path, aside, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            aside = $"nowhere: {failure.Message}";
        }

        LogBroken(path, problem, aside);
        return new Dictionary<ModelId, LearnedModel>();
    }

    /// <returns>Whether it is on the disk now.</returns>
    public bool Save(byte[] text)
    {
        // Written beside it and renamed over it, and on the disk before that: a crash at any moment leaves the old file or the new one, never half of either.
        var draft = path + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(text);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
            _warned = false;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_warned)
            {
                _warned = true;
                LogUnwritable(path, failure.Message);
            }

            return false;
        }
    }

    [LoggerMessage(510, LogLevel.Warning, "The state file {Path} cannot be read: {Problem}. What was learned before is not known")]
    private partial void LogUnreadable(string path, string problem);

    [LoggerMessage(511, LogLevel.Warning, "The state file {Path} makes no sense: {Problem}. It was moved to {Aside}; learning begins anew")]
    private partial void LogBroken(string path, string problem, string aside);

    [LoggerMessage(512, LogLevel.Warning, "The state file {Path} cannot be written: {Problem}. What is learned will be forgotten at the end, unless that changes")]
    private partial void LogUnwritable(string path, string problem);
}
