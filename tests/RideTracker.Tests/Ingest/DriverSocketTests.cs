using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>The plain WebSocket, as protocol.md section 2 says, over a real Kestrel.</summary>
public sealed class DriverSocketTests
{
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task Connect_Offered_SpeaksTheSubprotocolAndAdvises()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();

        Assert.Equal("ridetracker.driver.v1", phone.Socket.SubProtocol);
        Assert.Equal(5_000, (await phone.NextAsync("advise")).GetProperty("intervalMs").GetInt32());
    }

    [Fact]
    public async Task Report_Alone_IsAcknowledgedAtOnce()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now;

        await phone.ReportAsync((time - 1000, 37.7, -122.4), (time, 37.7001, -122.4), (time, 37.7002, -122.4), (time, 91, 0));
        var ack = await phone.NextAsync("ack");

        Assert.Equal(1, ack.GetProperty("reports").GetInt64());
        Assert.Equal(2, ack.GetProperty("accepted").GetInt32());
        Assert.Equal(1, ack.GetProperty("duplicates").GetInt32());
        Assert.Equal("""[{"report":1,"index":3,"reason":"out-of-range"}]""", ack.GetProperty("rejected").GetRawText());
        Assert.Equal("hub-1", ack.GetProperty("hub").GetString());
        Assert.InRange(ack.GetProperty("now").GetInt64(), time, time + 60_000);
        Assert.Equal(2, node.Hub.Taken("d1").Count);
    }

    [Fact]
    public async Task Report_AfterOneWithRefusedFixes_HasNoneOfThemInItsAck()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now;

        // One after the other, so that the node uses the same report again.
        await phone.ReportAsync((time - 3000, 37.7, -122.4), (time - 3000, 37.7, -122.4), (time - 2000, 91, 0));
        Assert.Equal(1, (await phone.NextAsync("ack")).GetProperty("rejected").GetArrayLength());
        await phone.SendAsync("{}");
        await phone.NextAsync("error");
        await phone.NextAsync("ack");
        await phone.ReportAsync((time, 37.7001, -122.4));
        var ack = await phone.NextAsync("ack");

        Assert.Equal(3, ack.GetProperty("reports").GetInt64());
        Assert.Equal(1, ack.GetProperty("accepted").GetInt32());
        Assert.Equal(0, ack.GetProperty("duplicates").GetInt32());
        Assert.Equal("[]", ack.GetProperty("rejected").GetRawText());
        Assert.Equal([time - 3000, time], node.Hub.Taken("d1").Select(fix => fix.FixTimeMs));
    }

    [Fact]
    public async Task Reports_InARow_AreAcknowledgedTogetherAndInFull()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;

        for (var i = 0; i < 200; i++) await phone.ReportAsync((time + i * 100, 37.7, -122.4));
        long last = 0;
        var accepted = 0;
        while (last < 200)
        {
            var ack = await phone.NextAsync("ack");
            Assert.True(ack.GetProperty("reports").GetInt64() > last);
            last = ack.GetProperty("reports").GetInt64();
            accepted += ack.GetProperty("accepted").GetInt32();
        }

        Assert.Equal(200, accepted);
    }

    [Fact]
    public async Task SameReportTwice_IsHarmless()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now;

        await phone.ReportAsync((time, 37.7, -122.4));
        await phone.NextAsync("ack");
        await phone.ReportAsync((time, 37.9, -122.4));
        var ack = await phone.NextAsync("ack");

        Assert.Equal((0, 1), (ack.GetProperty("accepted").GetInt32(), ack.GetProperty("duplicates").GetInt32()));
        Assert.Equal(37.7, Assert.Single(node.Hub.Taken("d1")).Latitude);
    }

    [Theory]
    [InlineData("{\"fixes\":[", "Not JSON at line 1")]
    [InlineData("not json", "Not JSON at line 1, byte 2")]
    [InlineData("", "Not JSON")]
    [InlineData("[]", "one JSON object")]
    [InlineData("{}", "fixes: is missing")]
    [InlineData("{\"fixes\":7}", "fixes: must be an array")]
    [InlineData("{\"fixes\":[]}", "fixes: is empty")]
    [InlineData("{\"fixes\":[{}],\"fixes\":[{}]}", "twice")]
    [InlineData("{\"fixes\":[NaN]}", "Not JSON")]
    public async Task UnreadableFrame_IsAnsweredByErrorAndCounted(string frame, string detail)
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();

        await phone.SendAsync(frame);
        var error = await phone.NextAsync("error");
        var ack = await phone.NextAsync("ack");
        await phone.ReportAsync((Now, 37.7, -122.4));
        var second = await phone.NextAsync("ack");

        Assert.Equal("/problems/malformed-body", error.GetProperty("type").GetString());
        Assert.Equal(1, error.GetProperty("report").GetInt64());
        Assert.Contains(detail, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, 0), (ack.GetProperty("reports").GetInt64(), ack.GetProperty("accepted").GetInt32()));
        Assert.Equal((2, 1), (second.GetProperty("reports").GetInt64(), second.GetProperty("accepted").GetInt32()));
    }

    [Fact]
    public async Task ThreeUnreadableFramesInARow_CloseWith1008()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();

        await phone.SendAsync("x");
        await phone.SendAsync([1, 2, 3], WebSocketMessageType.Binary);
        await phone.ReportAsync((Now, 37.7, -122.4));
        for (var i = 0; i < 3; i++) await phone.SendAsync([0xff, 0, 0x80], WebSocketMessageType.Binary);
        for (var i = 0; i < 5; i++) await phone.NextAsync("error");

        Assert.Equal((1008, "unreadable-reports"), await phone.ClosedAsync());
    }

    [Fact]
    public async Task MessageOver128KB_ClosesWith1009()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();

        await phone.SendAsync(Encoding.UTF8.GetBytes(new string(' ', 1024 * 1024)), WebSocketMessageType.Text);

        Assert.Equal((1009, "too-big"), await phone.ClosedAsync());
    }

    [Fact]
    public async Task MessageOfExactly128KB_IsRead()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();

        await phone.SendAsync(Phone.Json((Now, 37.7, -122.4)).PadRight(128 * 1024));

        Assert.Equal(1, (await phone.NextAsync("ack")).GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task ReportOf501Fixes_IsRefusedWhole()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;

        await phone.ReportAsync([.. Enumerable.Range(0, 501).Select(i => (time + i, 37.7, -122.4))]);
        var error = await phone.NextAsync("error");
        await phone.ReportAsync([.. Enumerable.Range(0, 500).Select(i => (time + i, 37.7, -122.4))]);

        Assert.Equal("/problems/too-large", error.GetProperty("type").GetString());
        Assert.Equal(0, (await phone.NextAsync("ack")).GetProperty("accepted").GetInt32());
        Assert.Equal(500, (await phone.NextAsync("ack")).GetProperty("accepted").GetInt32());
    }

    [Theory]
    [InlineData(HubOutcome.Unavailable, "/problems/hub-unavailable")]
    [InlineData(HubOutcome.Full, "/problems/hub-full")]
    public async Task HubInTrouble_TellsOnceAndTriesUntilTaken(HubOutcome trouble, string problem)
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:MinRetryDelay", "00:00:00.010"), ("Ingest:MaxRetryDelay", "00:00:00.020")]);
        await using var phone = await node.ConnectAsync();
        await phone.NextAsync("advise");
        var time = Now;
        node.Hub.Outcome = trouble;

        await phone.ReportAsync((time, 37.7, -122.4), (time, 91, 0));
        var error = await phone.NextAsync("error");
        Assert.Equal(problem, error.GetProperty("type").GetString());
        Assert.True(error.GetProperty("retryAfterMs").GetInt64() > 0);
        await node.Hub.WrittenAsync(6);
        node.Hub.Outcome = HubOutcome.Taken;

        var frames = new List<string>();
        while (await phone.NextAsync() is { } frame)
        {
            frames.Add(frame.EnumerateObject().First().Name);
            if (frames[^1] == "ack") break;
        }

        Assert.DoesNotContain("error", frames);
        Assert.Single(node.Hub.Taken("d1"));
    }

    [Fact]
    public async Task HubFull_AdvisesToReportSlower()
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:MinRetryDelay", "00:00:00.010"), ("Ingest:MaxRetryDelay", "00:00:00.020")]);
        await using var phone = await node.ConnectAsync();
        await phone.NextAsync("advise");
        node.Hub.Outcome = HubOutcome.Full;

        await phone.ReportAsync((Now, 37.7, -122.4));

        Assert.Equal(10_000, (await phone.NextAsync("advise")).GetProperty("intervalMs").GetInt32());
        node.Hub.Outcome = HubOutcome.Taken;
        Assert.Equal(5_000, (await phone.NextAsync("advise")).GetProperty("intervalMs").GetInt32());
    }

    [Fact]
    public async Task HubAwayAtConnect_OpensOnceItIsBack()
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:MinRetryDelay", "00:00:00.010"), ("Ingest:MaxRetryDelay", "00:00:00.020")]);
        node.Hub.Outcome = HubOutcome.Unavailable;
        await using var phone = await node.ConnectAsync();
        Assert.Equal(503, (await phone.NextAsync("error")).GetProperty("status").GetInt32());
        await phone.ReportAsync((Now, 37.7, -122.4));

        node.Hub.Outcome = HubOutcome.Taken;

        Assert.Equal(1, (await phone.NextAsync("ack")).GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task ReportsBeyondTheLimitInFlight_AreNotRead()
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:MaxReportsInFlight", "4")]);
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;
        node.Hub.Hold();

        for (var i = 0; i < 20; i++) await phone.ReportAsync((time + i * 100, 37.7, -122.4));
        await node.Hub.WrittenAsync(4);
        node.Hub.Release();

        long last = 0;
        while (last < 20) last = (await phone.NextAsync("ack")).GetProperty("reports").GetInt64();
        Assert.Equal(20, node.Hub.Taken("d1").Count);
    }

    [Fact]
    public async Task SlowHub_AcksOfWhatIsSettledDoNotWaitForTheRest()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;
        var first = node.Hub.Hold();
        await phone.ReportAsync((time, 37.7, -122.4));
        await node.Hub.WrittenAsync(1);
        node.Hub.Hold();
        await phone.ReportAsync((time + 1000, 37.7, -122.4));
        await node.Hub.WrittenAsync(2);

        first.Dispose();
        Assert.Equal(1, (await phone.NextAsync("ack")).GetProperty("reports").GetInt64());
        node.Hub.Release();
        Assert.Equal(2, (await phone.NextAsync("ack")).GetProperty("reports").GetInt64());
    }

    [Fact]
    public async Task RefusedFix_IsAcknowledgedAtOnceWithWhatWasSettledBefore()
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:AckDelay", "00:00:01")]);
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;
        var first = node.Hub.Hold();
        await phone.ReportAsync((time, 37.7, -122.4));
        await node.Hub.WrittenAsync(1);
        await phone.ReportAsync((time, 91, 0));
        node.Hub.Hold();
        await phone.ReportAsync((time + 1000, 37.7, -122.4));
        await node.Hub.WrittenAsync(2);

        first.Dispose();
        var ack = await phone.NextAsync("ack");

        Assert.Equal(2, ack.GetProperty("reports").GetInt64());
        Assert.Equal("""[{"report":2,"index":0,"reason":"out-of-range"}]""", ack.GetProperty("rejected").GetRawText());
    }

    [Fact]
    public async Task RateLimit_TellsAndWaitsAndTakesAll()
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:FixesPerSecond", "5"), ("Ingest:FixBurst", "10"), ("Ingest:MaxReportFixes", "10")]);
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;

        for (var r = 0; r < 3; r++) await phone.ReportAsync([.. Enumerable.Range(0, 10).Select(i => (time + r * 1000 + i, 37.7, -122.4))]);

        Assert.Equal("/problems/rate-limited", (await phone.NextAsync("error")).GetProperty("type").GetString());
        long last = 0;
        while (last < 3) last = (await phone.NextAsync("ack")).GetProperty("reports").GetInt64();
        Assert.Equal(30, node.Hub.Taken("d1").Count);
    }

    [Fact]
    public async Task TokenExpiry_ClosesWith4401()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync(token: node.Token(lifetime: TimeSpan.FromSeconds(2)));

        Assert.Equal((4401, "token-expired"), await phone.ClosedAsync());
    }

    [Fact]
    public async Task Revocation_ClosesWith4403AndIs401AfterIt()
    {
        await using var node = await IngestNode.StartAsync();
        var minted = node.Mint(Role.Driver, "d1");
        await using var other = await node.ConnectAsync("d2");
        await using var phone = await node.ConnectAsync(token: minted.Token);
        await phone.NextAsync("advise");

        node.Services.GetRequiredService<Revocations>().Learn(minted.Jti, minted.ExpiresAt.ToUnixTimeMilliseconds());

        Assert.Equal((4403, "token-revoked"), await phone.ClosedAsync());
        await Assert.ThrowsAsync<WebSocketException>(() => node.ConnectAsync(token: minted.Token));
        await other.ReportAsync((Now, 37.7, -122.4));
        await other.NextAsync("ack");
    }

    [Fact]
    public async Task Drain_TellsSettlesWhatIsInFlightAndClosesWith1001()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        await phone.NextAsync("advise");
        node.Hub.Hold();
        await phone.ReportAsync((Now, 37.7, -122.4));
        await node.Hub.WrittenAsync(1);

        var drained = node.Services.GetRequiredService<IngestConnections>().DrainAsync(TimeSpan.FromSeconds(20));
        var drain = await phone.NextAsync("drain");
        node.Hub.Release();
        var ack = await phone.NextAsync("ack");

        Assert.InRange(drain.GetProperty("reconnectAfterMs").GetInt64(), 0, 20_000);
        Assert.Equal(1, ack.GetProperty("accepted").GetInt32());
        Assert.Equal((1001, "draining"), await phone.ClosedAsync());
        await drained;
        await Assert.ThrowsAsync<WebSocketException>(() => node.ConnectAsync());
    }

    [Fact]
    public async Task Drain_OfAHubThatDoesNotAnswer_EndsAtItsLimit()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        node.Hub.Hold();
        await phone.ReportAsync((Now, 37.7, -122.4));
        await node.Hub.WrittenAsync(1);

        await node.Services.GetRequiredService<IngestConnections>().DrainAsync(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<WebSocketException>(() => phone.ClosedAsync());
    }

    [Fact]
    public async Task PhoneCloses_GetsItsAcksFirst()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        node.Hub.Hold();
        await phone.ReportAsync((Now, 37.7, -122.4));
        await node.Hub.WrittenAsync(1);
        await phone.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);

        node.Hub.Release();

        Assert.Equal(1, (await phone.NextAsync("ack")).GetProperty("accepted").GetInt32());
        Assert.Equal((1000, ""), await phone.ClosedAsync());
        await node.Services.GetRequiredService<IngestConnections>().DrainAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, node.Services.GetRequiredService<IngestConnections>().Count);
    }

    [Fact]
    public async Task Trip_IsToldAtConnectAndWhenPushed()
    {
        await using var node = await IngestNode.StartAsync();
        node.Hub.Trip = new SlotTrip(TripId.Parse("t1"), TripStatus.EnrouteToPickup, 3, "\"route\":2,\"pickup\":{\"lat\":1,\"lng\":2},\"dropoff\":{\"lat\":3,\"lng\":4}", 0, false);
        await using var phone = await node.ConnectAsync();

        var trip = await phone.NextAsync("trip");
        var advice = await phone.NextAsync("advise");
        node.Hub.Trip = null;
        node.Hub.Push("d1", "null");
        var ended = await phone.NextAsync("trip");

        Assert.Equal("""{"id":"t1","status":"enroute-to-pickup","version":3,"pickup":{"lat":1,"lng":2},"dropoff":{"lat":3,"lng":4}}""", trip.GetRawText());
        Assert.Equal(3_000, advice.GetProperty("intervalMs").GetInt32());
        Assert.Equal("null", ended.GetRawText());
        Assert.Equal(5_000, (await phone.NextAsync("advise")).GetProperty("intervalMs").GetInt32());
    }

    [Fact]
    public async Task TripWhosePushWasLost_IsToldWithTheNextReport()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        Assert.Equal("null", (await phone.NextAsync("trip")).GetRawText());
        node.Hub.Trip = new SlotTrip(TripId.Parse("t1"), TripStatus.EnrouteToPickup, 3, "", 0, false);

        await phone.ReportAsync((Now, 37.7, -122.4));

        Assert.Equal("t1", (await phone.NextAsync("trip")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task NewPlace_OverThreeReports_IsConfirmedByTheThird()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await node.ConnectAsync();
        var time = Now - 100_000;
        await phone.ReportAsync((time, 37.7, -122.4));
        await phone.NextAsync("ack");

        var accepted = new List<int>();
        for (var i = 1; i <= 4; i++)
        {
            await phone.ReportAsync((time + i * 1000, 38.7, -122.4));
            accepted.Add((await phone.NextAsync("ack")).GetProperty("accepted").GetInt32());
        }

        Assert.Equal([0, 0, 1, 1], accepted);
    }

    [Theory]
    [InlineData(Role.Rider, HttpStatusCode.Forbidden)]
    [InlineData(Role.Dispatcher, HttpStatusCode.Forbidden)]
    [InlineData(Role.Driver, HttpStatusCode.UpgradeRequired)]
    public async Task PlainGet_IsRefusedInWords(Role role, HttpStatusCode expected)
    {
        await using var node = await IngestNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/driver/ws");
        request.Headers.Authorization = new("Bearer", node.Mint(role, "x").Token);

        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task MoreConnectionsThanADriverMayHold_AreRefused()
    {
        await using var node = await IngestNode.StartAsync(settings: [("Ingest:MaxConnectionsPerDriver", "1")]);
        await using var phone = await node.ConnectAsync();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => node.ConnectAsync());

        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
    }
}
