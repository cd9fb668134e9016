using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Doors;

/// <summary>MessagePack of the driver's words: maps with the same names as in JSON, unknown values left out.</summary>
internal static class DriverMessagePack
{
    public static readonly MessagePackSerializerOptions Options = MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create([new FixFormatter(), new ElementFormatter()], [StandardResolver.Instance]))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    private sealed class FixFormatter : IMessagePackFormatter<DriverFix>
    {
        public void Serialize(ref MessagePackWriter writer, DriverFix fix, MessagePackSerializerOptions options)
        {
            writer.WriteMapHeader(3
                + Count(fix.AccuracyMeters.HasValue) + Count(fix.SpeedMps.HasValue) + Count(fix.HeadingDegrees.HasValue) + Count(fix.AltitudeMeters.HasValue)
                + Count(fix.Battery.HasValue) + Count(fix.Charging.HasValue) + Count(fix.Mock.HasValue));
            writer.Write("time");
            writer.Write(fix.FixTimeMs);
            writer.Write("lat");
            writer.Write(fix.Latitude);
            writer.Write("lng");
            writer.Write(fix.Longitude);
            Write(ref writer, "accuracy", fix.AccuracyMeters);
            Write(ref writer, "speed", fix.SpeedMps);
            Write(ref writer, "heading", fix.HeadingDegrees);
            Write(ref writer, "altitude", fix.AltitudeMeters);
            Write(ref writer, "battery", fix.Battery);
            Write(ref writer, "charging", fix.Charging);
            Write(ref writer, "mock", fix.Mock);
        }

        public DriverFix Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException("A driver only sends fixes.");

        private static int Count(bool known) => known ? 1 : 0;

        private static void Write(ref MessagePackWriter writer, string name, float? value)
        {
            if (value is not { } known) return;
            writer.Write(name);
            writer.Write(known);
        }

        private static void Write(ref MessagePackWriter writer, string name, bool? value)
        {
            if (value is not { } known) return;
            writer.Write(name);
            writer.Write(known);
        }
    }

    // What the client passes on unread it keeps as JSON, whatever came over the wire.
    private sealed class ElementFormatter : IMessagePackFormatter<JsonElement>
    {
        public void Serialize(ref MessagePackWriter writer, JsonElement value, MessagePackSerializerOptions options) => throw new NotSupportedException("A driver only receives trips.");

        public JsonElement Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            using var text = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, text, options);
            using var document = JsonDocument.Parse(text.ToString());
            return document.RootElement.Clone();
        }
    }
}
