namespace Lockkeeper.Core.Dialects;

/// <summary>What an answer is called by those who write it.</summary>
/// <param name="Model">The model, by the name the client asked for.</param>
/// <param name="RequestId">Lockkeeper's name of the request; ids of the answer are made of it.</param>
/// <param name="Began">When the request came.</param>
internal sealed record AnswerNaming(string Model, string RequestId, DateTimeOffset Began);
