namespace Lockkeeper.Core.Wire;

/// <summary>Whose doing an error is. Decides how loudly it is logged: a client's mistake at Debug, an engine's failure at Warning.</summary>
internal enum Blame
{
    Client,
    Router,
    Engine,
}
