namespace Lockkeeper.Server.Forwarding;

/// <summary>A request body on its way to an engine. Can be sent again after a failed try.</summary>
internal interface IEngineBody
{
    HttpContent ToContent();
}
