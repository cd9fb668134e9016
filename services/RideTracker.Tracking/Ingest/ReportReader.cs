using System.Text.Json;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>Reads reports from JSON: the frame of the plain WebSocket and the body of the HTTP twin. Says where text is no report; never throws for text.</summary>
internal static class ReportReader
{
    /// <summary>Reads <c>{"fixes":[...]}</c>; unknown members are skipped.</summary>
    /// <param name="utf8">The frame.</param>
    /// <param name="maxFixes">Most fixes that it may have.</param>
    /// <param name="into">Is emptied and takes the fixes: a connection uses the same again and again. None: a new list does.</param>
    public static ReadReport ReadFrame(ReadOnlySpan<byte> utf8, int maxFixes, List<DriverFix>? into = null)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return ReadReport.Unreadable("A frame is one JSON object: {\"fixes\":[...]}.");
            ReadReport? report = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isFixes = reader.ValueTextEquals("fixes"u8);
                reader.Read();
                if (!isFixes) reader.Skip();
                else if (report is not null) return ReadReport.Unreadable("fixes: stands there twice.");
                else if ((report = ReadFixes(ref reader, maxFixes, into ?? [])) is { Fixes: null } bad) return bad;
            }

            return AtEnd(ref reader) ? report ?? ReadReport.Unreadable("fixes: is missing.") : ReadReport.Unreadable("A frame is one JSON object and nothing after it.");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return ReadReport.Unreadable(Where(broken));
        }
    }

    /// <summary>Reads an array of fixes.</summary>
    public static ReadReport ReadArray(ReadOnlySpan<byte> utf8, int maxFixes)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            reader.Read();
            var report = ReadFixes(ref reader, maxFixes, []);
            return report.Fixes is null || AtEnd(ref reader) ? report : ReadReport.Unreadable("The body is one JSON array and nothing after it.");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return ReadReport.Unreadable(Where(broken));
        }
    }

    private static ReadReport ReadFixes(ref Utf8JsonReader reader, int maxFixes, List<DriverFix> fixes)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return ReadReport.Unreadable("fixes: must be an array of fixes.");
        fixes.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (fixes.Count == maxFixes) return ReadReport.TooMany(maxFixes);
            fixes.Add(DriverFixJsonConverter.ReadFix(ref reader));
        }

        return fixes.Count > 0 ? new ReadReport(fixes, null, false) : ReadReport.Unreadable("fixes: is empty.");
    }

    private static bool AtEnd(ref Utf8JsonReader reader) => !reader.Read();

    // InvalidOperationException: an escape such as "\ud800" that is half a character.
    private static string Where(Exception broken) => broken is JsonException { LineNumber: { } line, BytePositionInLine: { } at }
        ? $"Not JSON at line {line + 1}, byte {at + 1}."
        : "Not JSON: a text has half of a surrogate pair.";
}

/// <summary>What was read: fixes, or why not.</summary>
/// <param name="Fixes">One at least; null if it is no report.</param>
/// <param name="Error">Why it is none, with the place.</param>
/// <param name="TooLarge">It has more fixes than a report may.</param>
internal readonly record struct ReadReport(List<DriverFix>? Fixes, string? Error, bool TooLarge)
{
    public static ReadReport Unreadable(string error) => new(null, error, false);

    public static ReadReport TooMany(int maxFixes) => new(null, $"fixes: more than {maxFixes}. Split the report.", true);
}
