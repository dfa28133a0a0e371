using System.Text.Json.Serialization;

namespace Lockkeeper.Clients.Tests;

/// <summary>One conversation that a client has got through, or shall.</summary>
/// <param name="Client">Package.</param>
/// <param name="Dialect">What it spoke, as the table calls it.</param>
/// <param name="Cold">Whether another model was resident, so that the request had to wait for a swap.</param>
/// <param name="Stream">Whether the answer was streamed.</param>
/// <param name="Tools">Whether a tool was called, and its result answered; else text.</param>
internal sealed record Cell(
    [property: JsonPropertyName("client")] string Client,
    [property: JsonPropertyName("dialect")] string Dialect,
    [property: JsonPropertyName("cold")] bool Cold,
    [property: JsonPropertyName("stream")] bool Stream,
    [property: JsonPropertyName("tools")] bool Tools);
