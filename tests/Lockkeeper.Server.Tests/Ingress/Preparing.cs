using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Ingress.Media;

namespace Lockkeeper.Server.Tests.Ingress;

/// <summary>The third step as tests have it: every engine speaks what it is configured to.</summary>
internal static class Preparing
{
    public static Prepare With(IInstanceHost host) => new(host, new Translation(model => model.Engine.Dialects, TimeProvider.System), MediaIntake.OfThisMachine(TimeProvider.System));
}
