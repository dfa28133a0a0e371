using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Security;

/// <summary>Where the <see cref="FrontDoor"/> in force hangs. A new configuration hangs a new one; who is inside already stays.</summary>
internal sealed class Entrance(TimeProvider time, ILogger<FrontDoor> logger)
{
    private volatile FrontDoor? _door;
    private KeyRing? _keys;

    /// <summary>Is told of each request that is not let in, on its own thread.</summary>
    public Action<RouterError>? Refused { get; init; }

    /// <summary>Called by one thread at a time.</summary>
    public void Configure(ServerConfig server, IReadOnlyList<ApiKey> keys, ModelCatalog catalog)
    {
        _keys = new KeyRing(keys, server.AllowAnonymous, catalog, time, _keys);
        _door = new FrontDoor(server, _keys, logger) { Refused = Refused };
    }

    public Task PassAsync(HttpContext http, RequestDelegate next) => _door!.PassAsync(http, next);
}
