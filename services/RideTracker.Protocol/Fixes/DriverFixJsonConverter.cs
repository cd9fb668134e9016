using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideTracker.Protocol.Fixes;

/// <summary>JSON form of one fix. Reading forgives: what can't be read as a fix is <see cref="DriverFix.Malformed"/>, so that it alone is refused.</summary>
public sealed class DriverFixJsonConverter : JsonConverter<DriverFix>
{
    public override bool HandleNull => true;

    public override DriverFix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadFix(ref reader);

    public override void Write(Utf8JsonWriter writer, DriverFix value, JsonSerializerOptions options) => WriteFix(writer, in value);

    /// <summary>Reads the value at which the reader stands, and leaves the reader at its end.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static DriverFix ReadFix(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return DriverFix.Malformed;
        }

        long time = 0;
        double lat = double.NaN, lng = double.NaN;
        float? accuracy = null, speed = null, heading = null, altitude = null, battery = null;
        bool? charging = null, mock = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("time"u8)) { reader.Read(); time = Milliseconds(ref reader); }
            else if (reader.ValueTextEquals("lat"u8)) { reader.Read(); lat = Number(ref reader) ?? double.NaN; }
            else if (reader.ValueTextEquals("lng"u8)) { reader.Read(); lng = Number(ref reader) ?? double.NaN; }
            else if (reader.ValueTextEquals("accuracy"u8)) { reader.Read(); accuracy = (float?)Number(ref reader); }
            else if (reader.ValueTextEquals("speed"u8)) { reader.Read(); speed = (float?)Number(ref reader); }
            else if (reader.ValueTextEquals("heading"u8)) { reader.Read(); heading = (float?)Number(ref reader); }
            else if (reader.ValueTextEquals("altitude"u8)) { reader.Read(); altitude = (float?)Number(ref reader); }
            else if (reader.ValueTextEquals("battery"u8)) { reader.Read(); battery = (float?)Number(ref reader); }
            else if (reader.ValueTextEquals("charging"u8)) { reader.Read(); charging = Flag(ref reader); }
            else if (reader.ValueTextEquals("mock"u8)) { reader.Read(); mock = Flag(ref reader); }
            else { reader.Read(); reader.Skip(); }
        }

        return new DriverFix(time, lat, lng)
        {
            AccuracyMeters = accuracy,
            SpeedMps = speed,
            HeadingDegrees = heading,
            AltitudeMeters = altitude,
            Battery = battery,
            Charging = charging,
            Mock = mock,
        };
    }

    /// <summary>Writes one fix; unknown values are left out.</summary>
    /// <exception cref="ArgumentException">The place is not finite: JSON has no such number.</exception>
    public static void WriteFix(Utf8JsonWriter writer, in DriverFix fix)
    {
        writer.WriteStartObject();
        writer.WriteNumber("time"u8, fix.FixTimeMs);
        writer.WriteNumber("lat"u8, fix.Latitude);
        writer.WriteNumber("lng"u8, fix.Longitude);
        if (fix.AccuracyMeters is { } accuracy) writer.WriteNumber("accuracy"u8, accuracy);
        if (fix.SpeedMps is { } speed) writer.WriteNumber("speed"u8, speed);
        if (fix.HeadingDegrees is { } heading) writer.WriteNumber("heading"u8, heading);
        if (fix.AltitudeMeters is { } altitude) writer.WriteNumber("altitude"u8, altitude);
        if (fix.Battery is { } battery) writer.WriteNumber("battery"u8, battery);
        if (fix.Charging is { } charging) writer.WriteBoolean("charging"u8, charging);
        if (fix.Mock is { } mock) writer.WriteBoolean("mock"u8, mock);
        writer.WriteEndObject();
    }

    private static double? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value)) return value;
        reader.Skip();
        return null;
    }

    // Some JSON writers turn large integers into 1.764E12: a whole number however it is written.
    private static long Milliseconds(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out var whole)) return whole;
            if (reader.TryGetDouble(out var value) && value is > 0 and < 1e15) return (long)value;
        }

        reader.Skip();
        return 0;
    }

    private static bool? Flag(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False) return reader.GetBoolean();
        reader.Skip();
        return null;
    }
}
