using System.Globalization;
using System.Text;
using RideTracker.Protocol;

namespace RideTracker.Tracking.FanOut;

/// <summary>
/// Names one state of one trip, the same on every node: <c>TAG-NUMBER-TIME[s!]</c>. TAG (8 hex digits, FNV-1a) tells whose it is, NUMBER (base 36) is
/// the number that the hub gave the change, TIME (base 36) is the fix time that was shown, so that no later state can show an earlier one;
/// <c>s!</c>: this node called the driver stale by itself, since the hub was away. Opaque to clients.
/// </summary>
public readonly record struct Cursor(uint Tag, long Number, long FixTimeMs, bool LocallyStale)
{
    /// <summary>No cursor is longer, in bytes.</summary>
    public const int MaxLength = 40;

    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The tag of a resource: FNV-1a (32 bit) of its name.</summary>
    public static uint TagOf(string resource) => Fnv1a.Hash(resource);

    /// <summary>Reads a cursor; false for anything that no node wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Cursor cursor)
    {
        cursor = default;
        var stale = text.EndsWith("s!");
        if (stale) text = text[..^2];
        if (text.Length < 12 || text[8] != '-') return false;
        var dash = text[9..].IndexOf('-');
        if (dash < 0
            || !uint.TryParse(text[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var tag)
            || !TryParse36(text.Slice(9, dash), out var number)
            || !TryParse36(text[(10 + dash)..], out var time)) return false;
        cursor = new Cursor(tag, number, time, stale);
        return true;
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(text[..Write(text)]);
    }

    /// <summary>Writes it as ASCII and returns its length.</summary>
    /// <param name="to">At least <see cref="MaxLength"/> bytes.</param>
    public int Write(Span<byte> to)
    {
        Tag.TryFormat(to, out _, "x8", CultureInfo.InvariantCulture);
        to[8] = (byte)'-';
        var at = 9 + Write36(Number, to[9..]);
        to[at++] = (byte)'-';
        at += Write36(FixTimeMs, to[at..]);
        if (LocallyStale)
        {
            to[at++] = (byte)'s';
            to[at++] = (byte)'!';
        }

        return at;
    }

    private static int Write36(long value, Span<byte> to)
    {
        Span<byte> reversed = stackalloc byte[13];
        var length = 0;
        do
        {
            reversed[length++] = (byte)Digits[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);
        for (var i = 0; i < length; i++) to[i] = reversed[length - 1 - i];
        return length;
    }

    private static bool TryParse36(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > 10) return false;
        foreach (var c in text)
        {
            var digit = Digits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return false;
            value = value * 36 + digit;
        }

        return true;
    }
}
