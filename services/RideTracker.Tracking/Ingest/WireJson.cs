using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideTracker.Tracking.Ingest;

/// <summary>A value that is JSON already: goes out as it is in JSON, and translated in MessagePack.</summary>
/// <param name="Utf8">One valid JSON value.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct WireJson(ReadOnlyMemory<byte> Utf8)
{
    private sealed class Converter : JsonConverter<WireJson>
    {
        public override WireJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("It is only written.");

        public override void Write(Utf8JsonWriter writer, WireJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span);
    }
}
