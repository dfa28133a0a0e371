namespace Lockkeeper.Core.Config;

/// <summary>A key or password that was fetched. It shows itself to nobody who does not ask for its value.</summary>
internal sealed record Secret(string Value)
{
    public override string ToString() => "(secret)";
}
