using System.Buffers.Binary;

namespace RideTracker.LoadTest.Generator;

/// <summary>Writes clients' WebSocket frames (RFC 6455): masked, as they must be, with a mask of zeros, so that the payload stays as it is.</summary>
internal static class WebSocketFrame
{
    /// <summary>No header is longer, in bytes.</summary>
    public const int MaxHeader = 14;

    public const byte TextOpcode = 1;
    public const byte PongOpcode = 10;

    /// <summary>A whole text frame.</summary>
    public static byte[] Text(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[MaxHeader + payload.Length];
        var header = WriteHeader(frame, TextOpcode, payload.Length);
        payload.CopyTo(frame.AsSpan(header));
        return frame[..(header + payload.Length)];
    }

    /// <summary>Length of the header of a payload.</summary>
    public static int HeaderLength(int payload) => payload < 126 ? 6 : payload <= ushort.MaxValue ? 8 : 14;

    /// <summary>Writes the header, and returns its length.</summary>
    public static int WriteHeader(Span<byte> to, byte opcode, int payload)
    {
        to[0] = (byte)(0x80 | opcode);
        int length;
        if (payload < 126)
        {
            to[1] = (byte)(0x80 | payload);
            length = 2;
        }
        else if (payload <= ushort.MaxValue)
        {
            to[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)payload);
            length = 4;
        }
        else
        {
            to[1] = 0x80 | 127;
            BinaryPrimitives.WriteUInt64BigEndian(to[2..], (ulong)payload);
            length = 10;
        }

        to.Slice(length, 4).Clear();
        return length + 4;
    }
}
