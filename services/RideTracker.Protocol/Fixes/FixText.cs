using System.Buffers.Text;

namespace RideTracker.Protocol.Fixes;

/// <summary>
/// The hub's text of a fix, the same in its scripts, messages and history:
/// <c>time,lat,lng,accuracy,speed,heading,altitude,battery,charging,mock;</c> - unknown fields empty, empty fields at the end left out.
/// Text, since scripts must cut it on every engine. Places are rounded to 7 decimals (1 cm).
/// </summary>
public static class FixText
{
    /// <summary>No fix is longer than this, in bytes.</summary>
    public const int MaxLength = 160;

    /// <summary>Bytes that <see cref="WritePlace"/> needs at most.</summary>
    public const int MaxPlaceLength = 56;

    /// <summary>Writes one fix with its closing semicolon and returns its length.</summary>
    /// <param name="fix">A fix that passed the checks: finite place, positive time.</param>
    /// <param name="to">At least <see cref="MaxLength"/> bytes.</param>
    public static int Write(in DriverFix fix, Span<byte> to)
    {
        var at = WritePlaceFields(in fix, to);
        var end = at;
        Field(fix.AccuracyMeters, to, ref at, ref end);
        Field(fix.SpeedMps, to, ref at, ref end);
        Field(fix.HeadingDegrees, to, ref at, ref end);
        Field(fix.AltitudeMeters, to, ref at, ref end);
        Field(fix.Battery, to, ref at, ref end);
        Field(fix.Charging, to, ref at, ref end);
        Field(fix.Mock, to, ref at, ref end);
        to[end++] = (byte)';';
        return end;
    }

    /// <summary>Writes <c>time,lat,lng;</c> only, as the driver's track keeps it, and returns its length.</summary>
    public static int WritePlace(in DriverFix fix, Span<byte> to)
    {
        var at = WritePlaceFields(in fix, to);
        to[at++] = (byte)';';
        return at;
    }

    /// <summary>Reads the fix at the start of a text and cuts it off; false at the end of the text or where it is none.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> text, out DriverFix fix)
    {
        fix = default;
        var end = text.IndexOf((byte)';');
        if (end < 0) return false;
        var one = text[..end];
        text = text[(end + 1)..];
        if (!Utf8Parser.TryParse(Next(ref one), out long time, out _)
            || !DecimalText.TryRead(Next(ref one), out var lat)
            || !DecimalText.TryRead(Next(ref one), out var lng)) return false;
        fix = new DriverFix(time, lat, lng)
        {
            AccuracyMeters = Float(Next(ref one)),
            SpeedMps = Float(Next(ref one)),
            HeadingDegrees = Float(Next(ref one)),
            AltitudeMeters = Float(Next(ref one)),
            Battery = Float(Next(ref one)),
            Charging = Flag(Next(ref one)),
            Mock = Flag(Next(ref one)),
        };
        return true;
    }

    private static int WritePlaceFields(in DriverFix fix, Span<byte> to)
    {
        Utf8Formatter.TryFormat(fix.FixTimeMs, to, out var at);
        to[at++] = (byte)',';
        at += DecimalText.Write(fix.Latitude, 7, to[at..]);
        to[at++] = (byte)',';
        return at + DecimalText.Write(fix.Longitude, 7, to[at..]);
    }

    private static void Field(float? value, Span<byte> to, ref int at, ref int end)
    {
        to[at++] = (byte)',';
        if (value is not { } known) return;
        at += DecimalText.Write(known, 4, to[at..]);
        end = at;
    }

    private static void Field(bool? value, Span<byte> to, ref int at, ref int end)
    {
        to[at++] = (byte)',';
        if (value is not { } known) return;
        to[at++] = known ? (byte)'1' : (byte)'0';
        end = at;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> text)
    {
        var comma = text.IndexOf((byte)',');
        var field = comma < 0 ? text : text[..comma];
        text = comma < 0 ? default : text[(comma + 1)..];
        return field;
    }

    private static float? Float(ReadOnlySpan<byte> field) => DecimalText.TryRead(field, out var value) ? (float)value : null;

    private static bool? Flag(ReadOnlySpan<byte> field) => field.IsEmpty ? null : field[0] == (byte)'1';
}
