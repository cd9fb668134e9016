using System.Buffers;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>
/// MessagePack of the SignalR door. Reading forgives like the JSON side: a missing or mistyped member makes that fix <see cref="DriverFix.Malformed"/> or
/// the value unknown, unknown members are skipped. Nothing recurses, however deep the noise nests.
/// </summary>
internal static class FixMessagePack
{
    // "accuracy", "altitude" and "charging"; longer names are none of ours.
    private const int LongestName = 8;

    /// <summary>Options for the hub's protocol.</summary>
    public static MessagePackSerializerOptions Options(int maxFixes) => MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create([new FixArrayFormatter(maxFixes), new AckFormatter(), new WireJsonFormatter()], [StandardResolver.Instance]))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>Reads the value at which the reader stands as one fix.</summary>
    public static DriverFix ReadFix(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Map)
        {
            Skip(ref reader);
            return DriverFix.Malformed;
        }

        long time = 0;
        double lat = double.NaN, lng = double.NaN;
        double? accuracy = null, speed = null, heading = null, altitude = null, battery = null;
        bool? charging = null, mock = null;
        Span<byte> buffer = stackalloc byte[LongestName];
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (reader.NextMessagePackType != MessagePackType.String)
            {
                Skip(ref reader);
                Skip(ref reader);
                continue;
            }

            ReadOnlySpan<byte> name = buffer[..ReadName(ref reader, buffer)];
            if (name.SequenceEqual("time"u8)) time = Milliseconds(ref reader);
            else if (name.SequenceEqual("lat"u8)) lat = Number(ref reader) ?? double.NaN;
            else if (name.SequenceEqual("lng"u8)) lng = Number(ref reader) ?? double.NaN;
            else if (name.SequenceEqual("accuracy"u8)) accuracy = Number(ref reader);
            else if (name.SequenceEqual("speed"u8)) speed = Number(ref reader);
            else if (name.SequenceEqual("heading"u8)) heading = Number(ref reader);
            else if (name.SequenceEqual("altitude"u8)) altitude = Number(ref reader);
            else if (name.SequenceEqual("battery"u8)) battery = Number(ref reader);
            else if (name.SequenceEqual("charging"u8)) charging = Flag(ref reader);
            else if (name.SequenceEqual("mock"u8)) mock = Flag(ref reader);
            else Skip(ref reader);
        }

        return new DriverFix(time, lat, lng)
        {
            AccuracyMeters = (float?)accuracy,
            SpeedMps = (float?)speed,
            HeadingDegrees = (float?)heading,
            AltitudeMeters = (float?)altitude,
            Battery = (float?)battery,
            Charging = charging,
            Mock = mock,
        };
    }

    // A name may lie across two segments of what was received, so it is put together. Returns its length; 0 for one that is too long to be ours.
    private static int ReadName(ref MessagePackReader reader, scoped Span<byte> name)
    {
        var read = reader.ReadStringSequence()!.Value;
        if (read.Length > name.Length) return 0;
        read.CopyTo(name);
        return (int)read.Length;
    }

    private static double? Number(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Float:
                return reader.ReadDouble();
            case MessagePackType.Integer:
                return reader.NextCode == MessagePackCode.UInt64 ? reader.ReadUInt64() : reader.ReadInt64();
            default:
                Skip(ref reader);
                return null;
        }
    }

    // A JavaScript client sends large integers as doubles.
    private static long Milliseconds(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.Integer && reader.NextCode != MessagePackCode.UInt64) return reader.ReadInt64();
        return Number(ref reader) is { } value and > 0 and < 1e15 ? (long)value : 0;
    }

    private static bool? Flag(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.Boolean) return reader.ReadBoolean();
        Skip(ref reader);
        return null;
    }

    /// <summary>Skips one value by counting, since the library's own Skip recurses: 100,000 nested arrays would end the process.</summary>
    private static void Skip(ref MessagePackReader reader)
    {
        for (var left = 1L; left > 0; left--)
        {
            switch (reader.NextMessagePackType)
            {
                case MessagePackType.Array:
                    left += reader.ReadArrayHeader();
                    break;
                case MessagePackType.Map:
                    left += 2L * reader.ReadMapHeader();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    /// <summary>The argument of <see cref="DriverHub.Report"/>; bounded as <see cref="FixArrayJsonConverter"/> is.</summary>
    private sealed class FixArrayFormatter(int maxFixes) : IMessagePackFormatter<DriverFix[]>
    {
        public void Serialize(ref MessagePackWriter writer, DriverFix[] value, MessagePackSerializerOptions options) =>
            throw new NotSupportedException("The server sends no fixes.");

        public DriverFix[] Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            if (reader.NextMessagePackType != MessagePackType.Array)
            {
                Skip(ref reader);
                return [];
            }

            List<DriverFix> fixes = [];
            for (var left = reader.ReadArrayHeader(); left > 0; left--)
            {
                if (fixes.Count > maxFixes) Skip(ref reader);
                else fixes.Add(ReadFix(ref reader));
            }

            return [.. fixes];
        }
    }

    /// <summary>What the data contract says, but with what is unknown left out, as everywhere on the wire.</summary>
    private sealed class AckFormatter : IMessagePackFormatter<Ack?>
    {
        public void Serialize(ref MessagePackWriter writer, Ack? value, MessagePackSerializerOptions options)
        {
            var ack = value ?? throw new ArgumentNullException(nameof(value));
            writer.WriteMapHeader(ack.Advice is null ? 5 : 6);
            writer.Write("accepted");
            writer.Write(ack.Accepted);
            writer.Write("duplicates");
            writer.Write(ack.Duplicates);
            writer.Write("rejected");
            writer.WriteArrayHeader(ack.Rejected.Count);
            foreach (var rejection in ack.Rejected)
            {
                writer.WriteMapHeader(2);
                writer.Write("index");
                writer.Write(rejection.Index);
                writer.Write("reason");
                writer.Write(rejection.Reason);
            }

            writer.Write("now");
            writer.Write(ack.Now);
            writer.Write("hub");
            writer.Write(ack.Hub);
            if (ack.Advice is not { } advice) return;
            writer.Write("advice");
            options.Resolver.GetFormatterWithVerify<Advice>().Serialize(ref writer, advice, options);
        }

        public Ack Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException("The server reads no acks.");
    }

    private sealed class WireJsonFormatter : IMessagePackFormatter<WireJson>
    {
        public void Serialize(ref MessagePackWriter writer, WireJson value, MessagePackSerializerOptions options) =>
            MessagePackSerializer.ConvertFromJson(System.Text.Encoding.UTF8.GetString(value.Utf8.Span), ref writer, options);

        public WireJson Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException("It is only written.");
    }
}
