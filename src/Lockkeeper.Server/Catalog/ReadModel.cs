using Lockkeeper.Core.ModelFiles;

namespace Lockkeeper.Server.Catalog;

/// <summary>A model whose files have been read. As long as its files stay as they are, it is the same object.</summary>
/// <param name="Facts">What they tell.</param>
/// <param name="Mmproj">Absolute path of the projector that lies beside; null for none.</param>
internal sealed record ReadModel(ModelFacts Facts, string? Mmproj);
