using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Records.Trails;

/// <summary>
/// Reads one element of the queue: <c>id\n</c>, then a line <c>DRIVER RECEIVEDMS FIXTEXT;FIXTEXT;...\n</c> for each report (accept.lua). What can't be
/// read is put aside piece by piece: a bad fix loses no other.
/// </summary>
internal static class HistoryElement
{
    private const int MaxId = 80;

    /// <summary>The id with its line break, by which the queue knows its element again; the whole element where it has none.</summary>
    public static ReadOnlyMemory<byte> Head(ReadOnlyMemory<byte> element)
    {
        var end = element.Span.IndexOf((byte)'\n');
        return end < 0 ? element : element[..(end + 1)];
    }

    /// <summary>When the hub accepted the element, in Unix ms; null where that can't be read.</summary>
    public static long? ReceivedMs(ReadOnlySpan<byte> element)
    {
        element = element[(element.IndexOf((byte)'\n') + 1)..];
        element = element[(element.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(element, out long received, out _) ? received : null;
    }

    /// <summary>The element's id, or what stands for it.</summary>
    public static string Id(ReadOnlySpan<byte> element)
    {
        var end = element.IndexOf((byte)'\n');
        return end is > 0 and <= MaxId && Ascii.IsValid(element[..end]) && !element[..end].Contains((byte)0)
            ? Encoding.ASCII.GetString(element[..end])
            : "sha256-" + Convert.ToHexStringLower(SHA256.HashData(element));
    }

    /// <summary>Reads all of it.</summary>
    /// <param name="element">The bytes.</param>
    /// <param name="index">Its place in the batch.</param>
    /// <param name="rows">Gets the fixes.</param>
    /// <param name="unreadable">Is told of each piece that is no fix: its place (-1 for the whole), whose it is if known, its bytes and what is wrong.</param>
    public static void Read(ReadOnlySpan<byte> element, int index, List<FixRow> rows, UnreadablePiece unreadable)
    {
        var end = element.IndexOf((byte)'\n');
        if (end < 0)
        {
            unreadable(-1, null, element, "no line break after the id");
            return;
        }

        var place = 0;
        for (var rest = element[(end + 1)..]; !rest.IsEmpty;)
        {
            end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            ReadLine(line, index, ref place, rows, unreadable);
        }
    }

    private static void ReadLine(ReadOnlySpan<byte> line, int index, ref int place, List<FixRow> rows, UnreadablePiece unreadable)
    {
        var space = line.IndexOf((byte)' ');
        if (space < 0 || !DriverId.TryParse(Encoding.ASCII.GetString(line[..space]), out var driver))
        {
            unreadable(place++, null, line, "the line begins with no driver id");
            return;
        }

        if (!Utf8Parser.TryParse(line[(space + 1)..], out long receivedMs, out var length) || !IsTime(receivedMs) || space + 1 + length >= line.Length || line[space + 1 + length] != ' ')
        {
            unreadable(place++, driver.Value, line, "no time of receipt after the driver id");
            return;
        }

        for (var fixes = line[(space + 2 + length)..]; !fixes.IsEmpty;)
        {
            var before = fixes;
            if (FixText.TryRead(ref fixes, out var fix) && IsTime(fix.FixTimeMs) && Math.Abs(fix.Latitude) <= 90 && Math.Abs(fix.Longitude) <= 180)
            {
                rows.Add(new FixRow(driver, fix, receivedMs, index, place++));
                continue;
            }

            // Without its closing semicolon nothing was cut off, and nothing can follow.
            if (fixes.Length == before.Length) fixes = default;
            unreadable(place++, driver.Value, before[..(before.Length - fixes.Length)], "no fix can be read there");
        }
    }

    // 2000 to 2100: what a phone's clock can be taken to mean, and what every engine can hold.
    private static bool IsTime(long unixMs) => unixMs is > 946_684_800_000 and < 4_102_444_800_000;
}

/// <summary>Takes what could not be read of an element.</summary>
internal delegate void UnreadablePiece(int place, string? driver, ReadOnlySpan<byte> piece, string error);
