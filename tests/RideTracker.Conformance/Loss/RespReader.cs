using System.Buffers.Text;

namespace RideTracker.Conformance.Loss;

/// <summary>Finds the end of each reply in what a Redis says (RESP2 and RESP3), and knows those that are published messages. Pure.</summary>
internal static class RespReader
{
    /// <summary>Reads one whole reply from the start; false if more is to come.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="isMessage">It is a message of pub/sub.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out int length, out bool isMessage)
    {
        length = 0;
        isMessage = false;
        if (!TrySkip(text, ref length)) return false;
        if (text[0] is not ((byte)'*' or (byte)'>')) return true;
        var first = text[(text.IndexOf("\r\n"u8) + 2)..length];
        isMessage = first.StartsWith("$7\r\nmessage\r\n"u8) || first.StartsWith("$8\r\nsmessage\r\n"u8) || first.StartsWith("$8\r\npmessage\r\n"u8);
        return true;
    }

    private static bool TrySkip(ReadOnlySpan<byte> text, ref int at)
    {
        var rest = text[at..];
        var end = rest.IndexOf("\r\n"u8);
        if (end < 0) return false;
        var kind = rest[0];
        at += end + 2;
        if (kind is not ((byte)'$' or (byte)'=' or (byte)'!' or (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|')) return true;
        if (!Utf8Parser.TryParse(rest[1..end], out int count, out _)) throw new InvalidDataException("A reply's length is no number.");
        switch (kind)
        {
            case (byte)'$' or (byte)'=' or (byte)'!':
                if (count >= 0) at += count + 2;
                return at <= text.Length;
            // A map's entries are two each; an attribute is followed by what it belongs to.
            case (byte)'%':
                count *= 2;
                break;
            case (byte)'|':
                count = count * 2 + 1;
                break;
        }

        for (var i = 0; i < count; i++)
            if (!TrySkip(text, ref at)) return false;
        return true;
    }
}
