namespace Lockkeeper.Core.Wire;

/// <summary>How an answer's JSON values follow each other.</summary>
internal enum BodyFraming
{
    /// <summary>It is one JSON value.</summary>
    Whole,

    /// <summary>One in the data of each server-sent event.</summary>
    Events,

    /// <summary>One a line.</summary>
    Lines,
}
