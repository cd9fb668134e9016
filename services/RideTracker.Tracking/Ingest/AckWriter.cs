using System.Text.Json;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>Writes an Ack as JSON without making one: it goes out as often as reports come in.</summary>
internal static class AckWriter
{
    /// <summary>Writes one Ack.</summary>
    /// <param name="writer">Stands where a value is due.</param>
    /// <param name="reports">On the plain WebSocket: the last report that it settles.</param>
    /// <param name="accepted">Fixes.</param>
    /// <param name="duplicates">Fixes.</param>
    /// <param name="rejected">With the report's number, where there are reports.</param>
    /// <param name="nowMs">The server's clock, Unix ms.</param>
    /// <param name="hub">The hub's incarnation.</param>
    /// <param name="advice">How often to report.</param>
    public static void Write(
        Utf8JsonWriter writer, long? reports, int accepted, int duplicates, IReadOnlyList<(long Report, RefusedFix Fix)> rejected, long nowMs, string hub, Advice? advice)
    {
        writer.WriteStartObject();
        if (reports is { } last) writer.WriteNumber("reports"u8, last);
        writer.WriteNumber("accepted"u8, accepted);
        writer.WriteNumber("duplicates"u8, duplicates);
        writer.WriteStartArray("rejected"u8);
        for (var i = 0; i < rejected.Count; i++)
        {
            var (report, fix) = rejected[i];
            writer.WriteStartObject();
            if (reports is not null) writer.WriteNumber("report"u8, report);
            writer.WriteNumber("index"u8, fix.Index);
            writer.WriteString("reason"u8, fix.Reason.ToWire());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("now"u8, nowMs);
        writer.WriteString("hub"u8, hub);
        if (advice is not null)
        {
            writer.WritePropertyName("advice"u8);
            WriteAdvice(writer, advice);
        }

        writer.WriteEndObject();
    }

    public static void WriteAdvice(Utf8JsonWriter writer, Advice advice)
    {
        writer.WriteStartObject();
        writer.WriteNumber("intervalMs"u8, advice.IntervalMs);
        writer.WriteNumber("minDistance"u8, advice.MinDistance);
        writer.WriteEndObject();
    }
}
