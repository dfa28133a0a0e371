using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Scheduling;

/// <summary>How waiting ended for a client that stayed.</summary>
internal abstract record AdmissionResult
{
    private AdmissionResult()
    {
    }

    /// <summary>The instance may be used until the lease is disposed.</summary>
    public sealed record Granted(Lease Lease) : AdmissionResult;

    /// <summary>The request is to be answered with the error.</summary>
    public sealed record Refused(RouterError Error) : AdmissionResult;
}
