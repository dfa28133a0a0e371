using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Catalog;

/// <summary>An engine that is asked which models it has.</summary>
/// <param name="Key">Its key in the configuration.</param>
/// <param name="Engine">Where it is, and what it wants of us.</param>
/// <param name="Question">What it is asked.</param>
internal sealed record AskedList(string Key, EngineSpec Engine, ListConfig Question)
{
    /// <summary>Whether the answer to one is the answer to the other.</summary>
    public bool IsSameAs(AskedList other) =>
        Key == other.Key && Engine.Url == other.Engine.Url && Equals(Engine.ApiKey, other.Engine.ApiKey) && Question == other.Question
        && Engine.ControlHeaders.Count == other.Engine.ControlHeaders.Count
        && Engine.ControlHeaders.All(header => Equals(other.Engine.ControlHeaders.GetValueOrDefault(header.Key), header.Value));
}
