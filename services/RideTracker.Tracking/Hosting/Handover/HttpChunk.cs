using System.Buffers;
using System.Buffers.Text;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>Writes chunks of an HTTP/1.1 body (RFC 9112 section 7.1).</summary>
internal static class HttpChunk
{
    /// <summary>Writes two texts, the first of which may be empty, as one chunk.</summary>
    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> head, ReadOnlySpan<byte> text)
    {
        Span<byte> size = stackalloc byte[10];
        Utf8Formatter.TryFormat((uint)(head.Length + text.Length), size, out var digits, new StandardFormat('x'));
        "\r\n"u8.CopyTo(size[digits..]);
        to.Write(size[..(digits + 2)]);
        if (head.Length > 0) to.Write(head);
        to.Write(text);
        to.Write("\r\n"u8);
    }

    /// <summary>Ends the body.</summary>
    public static void WriteLast(IBufferWriter<byte> to) => to.Write("0\r\n\r\n"u8);
}
