using System.Text;
using System.Text.Json;
using RideTracker.LoadTest.Formats;
using RideTracker.LoadTest.Generator;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tests.LoadTest;

public sealed class FormatTests
{
    [Fact]
    public void Walk_OfAnyDriver_IsNeverAJump()
    {
        for (var time = 1_764_000_000_000; time < 1_764_000_400_000; time += 997)
        {
            var meters = GeoMath.DistanceMeters(FixWalk.Latitude(7, time) / 1e7, FixWalk.Longitude(7) / 1e7, FixWalk.Latitude(7, time + 997) / 1e7, FixWalk.Longitude(7) / 1e7);
            Assert.InRange(meters, 0, 20);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void SocketReport_HoldsItsFixes_OldestFirst(int count)
    {
        var format = new DriverSocketFormat(count);
        var bytes = new byte[format.MaxLength];
        var length = format.Write(bytes, 123, 1, 1_764_000_000_123, 0);
        var payload = bytes.AsMemory(WebSocketFrame.HeaderLength(PayloadLength(bytes)), PayloadLength(bytes));
        Assert.Equal(length, WebSocketFrame.HeaderLength(payload.Length) + payload.Length);
        using var report = JsonDocument.Parse(payload);
        var fixes = report.RootElement.GetProperty("fixes").EnumerateArray().Select(fix => JsonSerializer.Deserialize<DriverFix>(fix)).ToList();
        Assert.Equal(Enumerable.Range(0, count).Select(i => 1_764_000_000_123 - count + 1 + i), fixes.Select(fix => fix.FixTimeMs));
        Assert.Equal(FixWalk.Latitude(123, 1_764_000_000_123) / 1e7, fixes[^1].Latitude, 9);
        Assert.Equal(FixWalk.Longitude(123) / 1e7, fixes[^1].Longitude, 9);
    }

    [Fact]
    public void HubReport_IsAnInvocationWithTheMessagesNumber()
    {
        var format = new HubReportFormat(2);
        var bytes = new byte[format.MaxLength];
        format.Write(bytes, 1, 45, 1_764_000_000_123, 0);
        var payload = bytes.AsMemory(WebSocketFrame.HeaderLength(PayloadLength(bytes)), PayloadLength(bytes));
        Assert.Equal(0x1e, payload.Span[^1]);
        using var call = JsonDocument.Parse(payload[..^1]);
        Assert.Equal("45", call.RootElement.GetProperty("invocationId").GetString());
        Assert.Equal("Report", call.RootElement.GetProperty("target").GetString());
        Assert.Equal(2, call.RootElement.GetProperty("arguments")[0].GetArrayLength());
    }

    [Fact]
    public void RedisMessage_IsWhatNodesRead_AndChains()
    {
        var format = new RedisFixFormat([DriverId.Parse("d0")], [TripId.Parse("t0")], [41], 2, 1_600);
        var bytes = new byte[format.MaxLength];
        var previous = 41L;
        for (var time = 1_764_000_000_123; time < 1_764_000_000_126; time++)
        {
            var resp = Encoding.ASCII.GetString(bytes, 0, format.Write(bytes, 0, 1, time, Clock.Ns)).Split("\r\n");
            Assert.Equal(["*3", "$7", "PUBLISH", "$14", "{p0}:driver:d0", $"${resp[6].Length}", resp[6], ""], resp);
            Assert.True(HubMessage.TryParse(Encoding.ASCII.GetBytes(resp[6]), out var message));
            Assert.Equal(HubMessageKind.Fixes, message.Kind);
            Assert.Equal(previous, message.Previous);
            Assert.True(message.Number > previous);
            Assert.True(message.IsOf(TripId.Parse("t0")));
            Assert.Equal(2, message.TripVersion);
            Assert.Equal(1_600, message.IntervalMs);
            var fixes = message.Fixes;
            Assert.True(FixText.TryRead(ref fixes, out var fix));
            Assert.Equal(time, fix.FixTimeMs);
            Assert.Equal(FixWalk.Latitude(0, time) / 1e7, fix.Latitude, 9);
            previous = message.Number;
        }
    }

    private static int PayloadLength(byte[] frame) => (frame[1] & 0x7f) switch { 126 => frame[2] << 8 | frame[3], var length => length };
}
