using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Formats;

/// <summary>A report on the plain WebSocket, <c>ridetracker.driver.v1</c>.</summary>
internal sealed class DriverSocketFormat(int fixes) : IMessageFormat
{
    public int MaxLength => WebSocketFrame.MaxHeader + 16 + fixes * FixJson.MaxLength;

    public int Write(Span<byte> to, int topic, long number, long fixTimeMs, long sentNs)
    {
        var json = new ByteWriter(to[WebSocketFrame.MaxHeader..]);
        json.Text("{\"fixes\":["u8);
        FixJson.Write(ref json, topic, fixTimeMs, fixes);
        json.Text("]}"u8);
        return Framed(to, json.Length);
    }

    /// <summary>Puts the header before a payload that lies behind the longest header, and closes the gap.</summary>
    public static int Framed(Span<byte> to, int payload)
    {
        var header = WebSocketFrame.HeaderLength(payload);
        to.Slice(WebSocketFrame.MaxHeader, payload).CopyTo(to[header..]);
        return WebSocketFrame.WriteHeader(to, WebSocketFrame.TextOpcode, payload) + payload;
    }
}
