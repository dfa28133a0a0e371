using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>What a client can be told besides its answer, in its dialect. It writes into a buffer that it was given and sends nothing.</summary>
internal interface IClientVoice
{
    /// <summary>Of the response that it writes into.</summary>
    string ContentType { get; }

    /// <summary>The client has waited for a while: tells it that it is not forgotten, in the way its dialect allows.</summary>
    /// <param name="status">What is being waited for: a short line.</param>
    void Waiting(string status);

    /// <summary>Ends the response with an error, in the way its dialect allows.</summary>
    void Error(ErrorText error);

    /// <summary>Something to say of the request behind the end of its answer; dialects without comments leave it out.</summary>
    void Remark(string text);
}
