using System.Buffers;
using System.Buffers.Text;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>Writes chunks of an HTTP/1.1 body (RFC 9112 section 7.1).</summary>
internal static class HttpChunk
{
    // "ffffffff\r\n" before the text and "\r\n" after it.
    private const int MaxFraming = 12;

    // What fits into one of the server's buffers is written in one piece.
    private const int MaxPiece = 4_096;

    /// <summary>Writes two texts, the first of which may be empty, as one chunk.</summary>
    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> head, ReadOnlySpan<byte> text)
    {
        var length = head.Length + text.Length;
        if (length > MaxPiece - MaxFraming)
        {
            Span<byte> size = stackalloc byte[MaxFraming];
            to.Write(size[..WriteSize(size, length)]);
            to.Write(head);
            to.Write(text);
            to.Write("\r\n"u8);
            return;
        }

        var piece = to.GetSpan(length + MaxFraming);
        var at = WriteSize(piece, length);
        head.CopyTo(piece[at..]);
        text.CopyTo(piece[(at + head.Length)..]);
        "\r\n"u8.CopyTo(piece[(at + length)..]);
        to.Advance(at + length + 2);
    }

    /// <summary>Ends the body.</summary>
    public static void WriteLast(IBufferWriter<byte> to) => to.Write("0\r\n\r\n"u8);

    private static int WriteSize(Span<byte> to, int length)
    {
        Utf8Formatter.TryFormat((uint)length, to, out var digits, new StandardFormat('x'));
        "\r\n"u8.CopyTo(to[digits..]);
        return digits + 2;
    }
}
