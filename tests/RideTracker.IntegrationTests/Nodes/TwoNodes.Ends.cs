using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Client;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>How live views end: with the trip, with the token, with the node.</summary>
public abstract partial class TwoNodes
{
    [Theory]
    [InlineData(RiderStrategy.Sse, TripStatus.Complete, "trip-complete")]
    [InlineData(RiderStrategy.WebSocket, TripStatus.Complete, "trip-complete")]
    [InlineData(RiderStrategy.Sse, TripStatus.Canceled, "trip-canceled")]
    [InlineData(RiderStrategy.WebSocket, TripStatus.Canceled, "trip-canceled")]
    public async Task EndOfTheTrip_IsTheFinalStateAndTheEndOfTheStream(RiderStrategy strategy, TripStatus status, string reason)
    {
        var (a, b) = await NodesAsync();
        var (driver, start) = await DriverOnTripAsync(a);
        var rider = await RiderAsync(strategy, b);
        await rider.NextAsync();

        await a.ProjectAsync(TripOf(driver.Id, status, version: 2));
        var rest = await rider.ToEndAsync();

        var final = TripView.Parse(rest[^1]);
        Assert.Equal((status.ToWire(), 2, null), (final.Status, final.Version, final.Time));
        Assert.DoesNotContain("7ABC123", final.Json, StringComparison.Ordinal);
        Assert.Equal(reason, rider.EndReason);
        if (rider is WebSocketRider socket) Assert.Equal((1000, reason), (socket.CloseCode, socket.CloseReason));
        // What the driver does now is no rider's business.
        await driver.ReportAsync(a, TestDriver.FixAt(start + 5_000, 1));
    }

    [Fact]
    public async Task HeldPoll_GetsTheFinalStateOrTheNewsThatTheTripIsOver()
    {
        var (a, b) = await NodesAsync();
        var (driver, _) = await DriverOnTripAsync(a);
        var (path, token) = ($"/v1/trips/{Trip}/live", TestTokens.Rider(Trip));
        var first = await PollRider.GetAsync(b, path, token);
        var held = PollRider.GetAsync(b, path, token, first.ETag, waitSeconds: 20);
        await UntilHeldAsync(b, 1);

        await a.ProjectAsync(TripOf(driver.Id, TripStatus.Complete, version: 2));

        var answer = await held;
        Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Gone]);
        Assert.Contains("complete", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task TripThatIsOver_AnswersFurtherConnectsForGood(int tokenSeconds)
    {
        var (a, b) = await NodesAsync();
        var (driver, _) = await DriverOnTripAsync(a);
        await a.ProjectAsync(TripOf(driver.Id, TripStatus.Complete, version: 2));
        // One that is good still, and one that expired with the trip.
        var token = TestTokens.Rider(Trip, TimeSpan.FromSeconds(tokenSeconds));
        foreach (var node in (TrackingNode[])[a, b])
        {
            var path = $"/v1/trips/{Trip}/live";
            Assert.Equal(HttpStatusCode.NoContent, (await PollRider.GetAsync(node, path, token, accept: "text/event-stream")).Status);
            var plain = await PollRider.GetAsync(node, path, token);
            Assert.Equal(HttpStatusCode.Gone, plain.Status);
            Assert.StartsWith("application/problem+json", plain.Headers["Content-Type"], StringComparison.Ordinal);
            Assert.Contains("\"complete\"", plain.Body, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Gone, (await PollRider.GetAsync(node, path, token, "\"x\"", waitSeconds: 5)).Status);
            Assert.Equal(410, await HandshakeStatusAsync(node, $"{path}?access_token={token}"));
            Assert.Equal(HttpStatusCode.NotFound, (await PollRider.GetAsync(node, path, TestTokens.Rider("t_other"))).Status);
        }
    }

    [Fact]
    public async Task WhoMayNotSee_IsToldSoAndNoMore()
    {
        var (a, _) = await NodesAsync();
        var (driver, _) = await DriverOnTripAsync(a);
        var path = $"/v1/trips/{Trip}/live";

        Assert.Equal(HttpStatusCode.Unauthorized, (await PollRider.GetAsync(a, path, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PollRider.GetAsync(a, path, "x.y.z")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PollRider.GetAsync(a, path, TestTokens.Rider(Trip, TimeSpan.FromSeconds(-5)))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PollRider.GetAsync(a, path, TestTokens.Driver(driver.Id.Value))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PollRider.GetAsync(a, path, TestTokens.AnyRider())).Status);
        var other = await PollRider.GetAsync(a, path, TestTokens.Rider("t_other"));
        var unknown = await PollRider.GetAsync(a, "/v1/trips/t_unknown/live", TestTokens.Rider("t_unknown"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (other.Status, unknown.Status));
        Assert.Equal(other.Body, unknown.Body);
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(a, path, TestTokens.Dispatcher())).Status);
        Assert.Equal(401, await HandshakeStatusAsync(a, path));
        Assert.Equal(404, await HandshakeStatusAsync(a, $"{path}?access_token={TestTokens.Rider("t_other")}"));
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task StreamEndsWithItsToken_WithinASecond(RiderStrategy strategy)
    {
        var (a, _) = await NodesAsync();
        await DriverOnTripAsync(a);
        var (rider, expires) = await ShortLived.OpenAsync(2, lifetime => Rider.OpenAsync(strategy, a, $"/v1/trips/{Trip}/live", TestTokens.Rider(Trip, lifetime)));
        _open.Add(rider);
        using var time = OwnTime.Start();
        var left = TimeSpan.FromMilliseconds(Math.Max(0, expires * 1_000 - NowMs()));

        await rider.ToEndAsync();

        Assert.Equal("token-expired", rider.EndReason);
        Assert.True(NowMs() >= expires * 1_000, "the stream ended before its token");
        time.Within(left + TimeSpan.FromSeconds(2), "the stream ended");
        if (rider is WebSocketRider socket) Assert.Equal((4401, "token-expired"), (socket.CloseCode, socket.CloseReason));
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task RevokedOnOneNode_EndsTheStreamOnTheOther(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        await DriverOnTripAsync(a);
        var token = TestTokens.Rider(Trip);
        var rider = await Rider.OpenAsync(strategy, b, $"/v1/trips/{Trip}/live", token);
        _open.Add(rider);
        await rider.NextAsync();
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
        using var time = OwnTime.Start();

        await a.Services.GetRequiredService<RevocationList>().RevokeAsync(
            claims.GetProperty("jti").GetString()!, DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()), TestContext.Current.CancellationToken);

        await rider.ToEndAsync();
        Assert.Equal("token-revoked", rider.EndReason);
        time.Within(TimeSpan.FromSeconds(2), "the stream ended");
        if (rider is WebSocketRider socket) Assert.Equal(4403, socket.CloseCode);
        await UntilAsync(async () => (await PollRider.GetAsync(a, $"/v1/trips/{Trip}/live", token)).Status == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PollRider.GetAsync(b, $"/v1/trips/{Trip}/live", token)).Status);
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task NodeThatDrains_SendsItsRidersToTheOther(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        var (driver, start) = await DriverOnTripAsync(a);
        var rider = await RiderAsync(strategy, b);
        var cursor = (await rider.NextAsync()).Cursor;
        var told = rider.RetryMs;
        var held = PollRider.GetAsync(b, $"/v1/trips/{Trip}/live", TestTokens.Rider(Trip), $"\"{cursor}\"", waitSeconds: 40);
        // A stream counts, too.
        await UntilHeldAsync(b, strategy is RiderStrategy.Sse or RiderStrategy.WebSocket ? 2 : 1);

        var stopping = b.StopAsync();

        if (strategy is RiderStrategy.Sse or RiderStrategy.WebSocket)
        {
            Assert.Empty(await rider.ToEndAsync());
            Assert.Null(rider.EndReason);
            Assert.InRange(rider.RetryMs!.Value, 0, 1_000);
            Assert.NotEqual(told, rider.RetryMs);
            if (rider is WebSocketRider socket) Assert.Equal(1001, socket.CloseCode);
        }

        var answer = await held;
        Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.NotModified, HttpStatusCode.ServiceUnavailable]);
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 0, 2);
        await stopping;
        await driver.ReportAsync(a, TestDriver.FixAt(start + 1_000, 1));
        var view = await (await RiderAsync(strategy, a, cursor)).NextAsync();
        Assert.False(view.Reset);
        Assert.Equal(start + 1_000, view.Time);
        Assert.Empty(b.Errors.All);
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task DriverThatMovesToTheOtherNode_KeepsItsRiders(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        var driver = NewDriver();
        await b.ProjectAsync(TripOf(driver.Id));
        var start = NowMs() + 1;
        await using (var phone = await DriverSocket.ConnectAsync(a, driver.Token))
        {
            await phone.SendAsync(TestDriver.FixAt(start));
            await phone.UntilSettledAsync(1);
            var rider = await RiderAsync(strategy, b);
            Assert.Equal(start, (await rider.NextAsync()).Time);

            await a.KillAsync();
            await using var again = await DriverSocket.ConnectAsync(b, driver.Token);
            // What it does not know to be settled it sends again.
            await again.SendAsync(TestDriver.FixAt(start), TestDriver.FixAt(start + 1_000, 1));
            await again.UntilSettledAsync(1);
            Assert.Equal((1, 1), (again.Accepted, again.Duplicates));

            var view = await rider.NextAsync();
            Assert.Equal(start + 1_000, view.Time);
            Assert.Equal([start, start + 1_000], view.Path.Select(point => point.Time));
        }
    }

    private static async Task<int> HandshakeStatusAsync(TrackingNode node, string path)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        var url = new UriBuilder(new Uri(node.Url, path)) { Scheme = "ws" };
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(url.Uri, TestContext.Current.CancellationToken));
        return (int)socket.HttpStatusCode;
    }
}
