using RideTracker.LoadTest.Formats;
using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Peers.SignalR;

/// <summary>A position as an invocation of <see cref="PositionHub.Report"/>, whose completion the driver awaits.</summary>
internal sealed class HubPositionFormat : IMessageFormat
{
    public int MaxLength => WebSocketFrame.MaxHeader + 120 + PositionJson.MaxLength;

    public int Write(Span<byte> to, int topic, long number, long fixTimeMs, long sentNs)
    {
        var json = new ByteWriter(to[WebSocketFrame.MaxHeader..]);
        json.Text("{\"type\":1,\"invocationId\":\""u8);
        json.Number(number);
        json.Text("\",\"target\":\"Report\",\"arguments\":[\""u8);
        json.Number(topic);
        json.Text("\","u8);
        PositionJson.Write(ref json, topic, sentNs);
        json.Text("]}\u001e"u8);
        return DriverSocketFormat.Framed(to, json.Length);
    }
}
