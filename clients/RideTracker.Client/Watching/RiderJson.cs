using System.Text.Json;
using System.Text.Json.Serialization;
using RideTracker.Client.Doors;
using RideTracker.Protocol.Trips;

namespace RideTracker.Client.Watching;

/// <summary>Source-generated JSON of what the server says to a rider.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TripState))]
[JsonSerializable(typeof(ViewportMessage))]
[JsonSerializable(typeof(StreamFrame))]
[JsonSerializable(typeof(EndNotice))]
[JsonSerializable(typeof(RiderCapabilities))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class RiderJson : JsonSerializerContext;

/// <summary>One message of a viewport as it is on the wire: all vehicles (<c>whole</c>), or what changed.</summary>
internal sealed record ViewportMessage
{
    public required string Cursor { get; init; }

    public bool Whole { get; init; }

    public IReadOnlyList<ViewportVehicle>? Vehicles { get; init; }

    public IReadOnlyList<string>? Gone { get; init; }

    public bool Reset { get; init; }
}

/// <summary>What is read of a WebSocket's frame to know its kind.</summary>
internal sealed record StreamFrame(string? Cursor, EndNotice? End, DrainNotice? Drain);

/// <summary>The last word of a stream.</summary>
internal sealed record EndNotice(string? Reason);

/// <summary>The wire's words for <see cref="TripStatus"/>.</summary>
internal sealed class TripStatusJsonConverter : JsonConverter<TripStatus>
{
    public override TripStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TripStatuses.TryParse(reader.GetString(), out var status) ? status : throw new JsonException("No such trip status.");

    public override void Write(Utf8JsonWriter writer, TripStatus value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToWire());
}

/// <summary><c>[lng, lat, time]</c>.</summary>
internal sealed class PathPointJsonConverter : JsonConverter<PathPoint>
{
    public override PathPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("A place of a path is an array.");
        reader.Read();
        var lng = reader.GetDouble();
        reader.Read();
        var lat = reader.GetDouble();
        reader.Read();
        var time = reader.GetInt64();
        // Later versions may add to it.
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) reader.Skip();
        return new PathPoint(lng, lat, time);
    }

    public override void Write(Utf8JsonWriter writer, PathPoint value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Longitude);
        writer.WriteNumberValue(value.Latitude);
        writer.WriteNumberValue(value.FixTimeMs);
        writer.WriteEndArray();
    }
}
