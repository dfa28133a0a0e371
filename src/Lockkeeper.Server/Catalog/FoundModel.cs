namespace Lockkeeper.Server.Catalog;

/// <summary>A model that lies in a folder.</summary>
/// <param name="Id">What it is called.</param>
/// <param name="Alias">What it is called too; null for nothing.</param>
/// <param name="Path">Absolute path of its file, its first shard, or its folder.</param>
/// <param name="RealPath">The same with links followed: two names of one model have it in common.</param>
/// <param name="Read">What its files tell.</param>
internal sealed record FoundModel(string Id, string? Alias, string Path, string RealPath, ReadModel Read);
