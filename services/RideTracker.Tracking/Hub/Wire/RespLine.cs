using System.Buffers.Text;
using System.Text;

namespace RideTracker.Tracking.Hub.Wire;

/// <summary>Reads the lines that RESP2 is made of (https://redis.io/docs/latest/develop/reference/protocol-spec).</summary>
internal static class RespLine
{
    /// <summary>Reads the line at a place, without its end, and goes on behind it; false if the buffer does not hold all of it yet.</summary>
    /// <exception cref="InvalidDataException">A line without a word: Redis sends none.</exception>
    public static bool TryRead(ReadOnlySpan<byte> buffer, scoped ref int at, out ReadOnlySpan<byte> line)
    {
        line = default;
        var rest = buffer[at..];
        var end = rest.IndexOf((byte)'\n');
        if (end < 0) return false;
        // A type at least, and \r\n.
        if (end < 2) throw Strange(rest[..1]);
        line = rest[..(end - 1)];
        at += end + 1;
        return true;
    }

    /// <summary>Reads all of a text as a whole number.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static long Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long value, out var read) && read == text.Length ? value : throw Strange(text);

    public static InvalidDataException Strange(ReadOnlySpan<byte> text) =>
        new($"Redis sent what was not to be expected: {Encoding.ASCII.GetString(text[..Math.Min(text.Length, 40)])}");
}
