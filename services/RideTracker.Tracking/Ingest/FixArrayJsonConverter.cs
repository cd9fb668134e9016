using System.Text.Json;
using System.Text.Json.Serialization;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>
/// Reads the argument of <see cref="DriverHub.Report"/> from JSON. Keeps one fix more than a report may have, so that a message full of <c>0,0,0</c> costs
/// no memory; what is no array counts as an empty one: both are then refused in words.
/// </summary>
internal sealed class FixArrayJsonConverter(int maxFixes) : JsonConverter<DriverFix[]>
{
    public override bool HandleNull => true;

    public override DriverFix[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return [];
        }

        List<DriverFix> fixes = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (fixes.Count > maxFixes) reader.Skip();
            else fixes.Add(ReadFix(ref reader));
        }

        return [.. fixes];
    }

    public override void Write(Utf8JsonWriter writer, DriverFix[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var fix in value) DriverFixJsonConverter.WriteFix(writer, in fix);
        writer.WriteEndArray();
    }

    private static DriverFix ReadFix(ref Utf8JsonReader reader)
    {
        try
        {
            return DriverFixJsonConverter.ReadFix(ref reader);
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("A text has half of a surrogate pair.", half);
        }
    }
}
