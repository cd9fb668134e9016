using System.Text.Json;
using System.Text.Json.Serialization;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Doors;

/// <summary>Source-generated JSON of what the server says to a driver.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Ack))]
[JsonSerializable(typeof(Advice))]
[JsonSerializable(typeof(DrainNotice))]
[JsonSerializable(typeof(ProblemNotice))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class DoorJson : JsonSerializerContext;

/// <summary>This node is going away.</summary>
internal sealed record DrainNotice(double ReconnectAfterMs);

/// <summary>What the client reads of a problem (RFC 9457).</summary>
internal sealed record ProblemNotice(string? Type, string? Title, string? Detail, double? RetryAfterMs)
{
    public TimeSpan? RetryAfter => RetryAfterMs is >= 0 and < 3_600_000 ? TimeSpan.FromMilliseconds(RetryAfterMs.Value) : null;

    public override string ToString() => Detail ?? Title ?? Type ?? "no reason given";
}
