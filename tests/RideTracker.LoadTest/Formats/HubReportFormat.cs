using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Formats;

/// <summary>A report as an invocation of SignalR's JSON protocol: <c>Report(fixes)</c>.</summary>
internal sealed class HubReportFormat(int fixes) : IMessageFormat
{
    /// <summary>What a SignalR client says first.</summary>
    public static byte[] Handshake { get; } = WebSocketFrame.Text("{\"protocol\":\"json\",\"version\":1}\u001e"u8);

    public int MaxLength => WebSocketFrame.MaxHeader + 100 + fixes * FixJson.MaxLength;

    public int Write(Span<byte> to, int topic, long number, long fixTimeMs, long sentNs)
    {
        var json = new ByteWriter(to[WebSocketFrame.MaxHeader..]);
        json.Text("{\"type\":1,\"invocationId\":\""u8);
        json.Number(number);
        json.Text("\",\"target\":\"Report\",\"arguments\":[["u8);
        FixJson.Write(ref json, topic, fixTimeMs, fixes);
        json.Text("]]}\u001e"u8);
        return DriverSocketFormat.Framed(to, json.Length);
    }
}
