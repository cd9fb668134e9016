using System.Text;
using System.Text.Json;
using RideTracker.LoadTest.Peers;
using RideTracker.LoadTest.Peers.SignalR;

namespace RideTracker.Tests.LoadTest;

public sealed class PeerFormatTests
{
    [Fact]
    public void Post_SaysHowLongItsBodyIs()
    {
        var format = new PostPositionFormat("/pub?topic=");
        var bytes = new byte[format.MaxLength];
        var text = Encoding.ASCII.GetString(bytes, 0, format.Write(bytes, 7, 1, 0, 123_456_789_012));
        var (head, body) = (text.Split("\r\n\r\n")[0], text.Split("\r\n\r\n")[1]);
        Assert.StartsWith("POST /pub?topic=7 HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.EndsWith($"Content-Length: {body.Length}", head, StringComparison.Ordinal);
        Assert.Equal(new Position("d7", 37.7749295, -122.4194155, 8.4, 187, 123_456_789_012), JsonSerializer.Deserialize<Position>(body, JsonSerializerOptions.Web));
    }

    [Fact]
    public void HubCall_IsOneMaskedFrameThatTheHubCanRead()
    {
        var format = new HubPositionFormat();
        var bytes = new byte[format.MaxLength];
        var frame = bytes.AsSpan(0, format.Write(bytes, 7, 3, 0, 42));
        // Text, masked with zeros, its length in two bytes.
        Assert.Equal([0x81, 0x80 | 126], frame[..2].ToArray());
        Assert.Equal(frame.Length - 8, (frame[2] << 8) + frame[3]);
        using var call = JsonDocument.Parse(Encoding.UTF8.GetString(frame[8..^1]));
        Assert.Equal("Report", call.RootElement.GetProperty("target").GetString());
        Assert.Equal("3", call.RootElement.GetProperty("invocationId").GetString());
        Assert.Equal("7", call.RootElement.GetProperty("arguments")[0].GetString());
        Assert.Equal(42, call.RootElement.GetProperty("arguments")[1].GetProperty("t").GetInt64());
        Assert.Equal(0x1e, frame[^1]);
    }
}
