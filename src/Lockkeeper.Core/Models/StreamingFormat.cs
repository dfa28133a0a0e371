namespace Lockkeeper.Core.Models;

/// <summary>How an answer in OpenAI's dialect comes piece by piece.</summary>
internal enum StreamingFormat
{
    /// <summary>As server-sent events, as the API has it.</summary>
    Sse,

    /// <summary>One JSON value a line.</summary>
    JsonLines,

    /// <summary>Not piece by piece: one <c>chat.completion</c> object, as mlx-router has it under this name.</summary>
    JsonArray,
}
