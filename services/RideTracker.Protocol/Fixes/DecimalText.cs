using System.Buffers.Text;
using System.Globalization;

namespace RideTracker.Protocol.Fixes;

/// <summary>Plain decimals such as <c>-122.4194155</c>, written and read by whole numbers: a tenth of the time of the general routines, which stand for most of what a state costs to encode.</summary>
public static class DecimalText
{
    /// <summary>Bytes that <see cref="Write"/> needs at most for numbers under 1e15.</summary>
    public const int MaxLength = 32;

    private const double MostScaled = 1e15;
    private const int MostDigits = 15;

    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Writes a number rounded to so many decimals, without zeros at its end, never with an exponent, and returns its length.</summary>
    /// <param name="value">Finite.</param>
    /// <param name="decimals">0 to 7.</param>
    /// <param name="to">At least <see cref="MaxLength"/> bytes.</param>
    public static int Write(double value, int decimals, Span<byte> to)
    {
        var scaled = Math.Round(value * PowersOfTen[decimals], MidpointRounding.AwayFromZero);
        if (!(Math.Abs(scaled) < MostScaled))
        {
            value.TryFormat(to, out var general, "0.#######", CultureInfo.InvariantCulture);
            return general;
        }

        var digits = (ulong)Math.Abs((long)scaled);
        var at = 0;
        if (scaled < 0) to[at++] = (byte)'-';
        while (decimals > 0 && digits % 10 == 0)
        {
            digits /= 10;
            decimals--;
        }

        if (decimals == 0)
        {
            Utf8Formatter.TryFormat(digits, to[at..], out var length);
            return at + length;
        }

        var power = (ulong)PowersOfTen[decimals];
        var whole = digits / power;
        Utf8Formatter.TryFormat(whole, to[at..], out var wholeLength);
        at += wholeLength;
        to[at++] = (byte)'.';
        var fraction = digits - whole * power;
        for (var i = decimals - 1; i >= 0; i--)
        {
            to[at + i] = (byte)('0' + fraction % 10);
            fraction /= 10;
        }

        return at + decimals;
    }

    /// <summary>Reads a whole text as a number; false for what is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (text.IsEmpty) return false;
        var at = text[0] == (byte)'-' ? 1 : 0;
        var start = at;
        long digits = 0;
        var point = -1;
        for (; at < text.Length; at++)
        {
            var digit = (uint)(text[at] - '0');
            if (digit <= 9) digits = digits * 10 + digit;
            else if (text[at] == (byte)'.' && point < 0) point = at;
            else break;
        }

        var count = at - start - (point < 0 ? 0 : 1);
        if (at < text.Length || count is 0 or > MostDigits)
            return Utf8Parser.TryParse(text, out value, out var read) && read == text.Length;
        // Both are exact, so their quotient is the number nearest to the text.
        value = point < 0 ? digits : digits / PowersOfTen[at - point - 1];
        if (start == 1) value = -value;
        return true;
    }
}
