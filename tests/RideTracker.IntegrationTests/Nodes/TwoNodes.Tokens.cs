using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Client;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>How tokens end on every node, also where the message that says so is lost.</summary>
public abstract partial class TwoNodes
{
    // The contract says a second; a feed that heard nothing reads again by itself after 7.5 s at the earliest.
    private static readonly TimeSpan SoonEnough = TimeSpan.FromSeconds(5);

    [Theory, MemberData(nameof(Streams))]
    public async Task EndOfTheTrip_WithItsMessagesLost_EndsTheStreams(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        var (driver, _) = await DriverOnTripAsync(a);
        var riders = new List<Rider> { await RiderAsync(strategy, a), await RiderAsync(strategy, b) };
        foreach (var rider in riders) await rider.NextAsync();

        using var time = OwnTime.Start();
        await MutedAsync(a, TripOf(driver.Id, TripStatus.Complete, version: 2));

        foreach (var rider in riders)
        {
            var rest = await rider.ToEndAsync();
            time.Within(SoonEnough, "the stream ended");
            Assert.Equal("complete", TripView.Parse(rest[^1]).Status);
            Assert.Equal("trip-complete", rider.EndReason);
        }
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task Revocation_WithItsMessageLost_EndsTheStreams(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        await DriverOnTripAsync(a);
        var token = TestTokens.Rider(Trip);
        var riders = new List<Rider>();
        foreach (var node in (TrackingNode[])[a, b])
        {
            foreach (var path in (string[])[$"/v1/trips/{Trip}/live", $"/v1/vehicles/live?{Town}"])
            {
                riders.Add(await Rider.OpenAsync(strategy, node, path, token));
                _open.Add(riders[^1]);
                await riders[^1].NextJsonAsync();
            }
        }

        var jti = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement.GetProperty("jti").GetString();
        using var time = OwnTime.Start();
        await Engine.Database.SortedSetAddAsync(HubKeys.Revoked, jti, NowMs() + 3_600_000);

        foreach (var rider in riders)
        {
            await rider.ToEndAsync();
            time.Within(SoonEnough, "the stream ended");
            Assert.Equal("token-revoked", rider.EndReason);
        }
    }

    [Theory]
    [InlineData(RiderStrategy.Sse, false)]
    [InlineData(RiderStrategy.WebSocket, false)]
    [InlineData(RiderStrategy.Sse, true)]
    [InlineData(RiderStrategy.WebSocket, true)]
    public async Task RidersToken_EndsWithItsTrip_OnTheMapAroundToo(RiderStrategy strategy, bool messagesLost)
    {
        var (a, b) = await NodesAsync();
        var (driver, _) = await DriverOnTripAsync(a);
        await NewDriver("idle").ReportAsync(a, TestDriver.FixAt(NowMs(), 5));
        var token = TestTokens.Rider(Trip);
        var viewers = new List<Rider>();
        foreach (var node in (TrackingNode[])[a, b])
        {
            foreach (var query in (string[])[Town, Near])
            {
                viewers.Add(await ViewerAsync(strategy, node, query, token));
                await viewers[^1].NextJsonAsync();
            }
        }

        var bystander = await ViewerAsync(strategy, b, Town, TestTokens.AnyRider());
        await bystander.NextJsonAsync();
        var over = TripOf(driver.Id, TripStatus.Complete, version: 2);
        using var time = OwnTime.Start();
        await (messagesLost ? MutedAsync(a, over) : a.ProjectAsync(over));

        foreach (var viewer in viewers)
        {
            await viewer.ToEndAsync();
            time.Within(SoonEnough, "the stream ended");
            Assert.Equal("token-expired", viewer.EndReason);
            if (viewer is WebSocketRider socket) Assert.Equal(4401, socket.CloseCode);
        }

        foreach (var node in (TrackingNode[])[a, b])
        {
            foreach (var query in (string[])[Town, Near])
            {
                var refused = await PollRider.GetAsync(node, $"/v1/vehicles/live?{query}", token);
                Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
                Assert.Contains("ended with its trip", refused.Body, StringComparison.Ordinal);
                Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(node, $"/v1/vehicles/live?{query}", TestTokens.AnyRider())).Status);
            }

            // The trip's own door still says how it ended.
            Assert.Equal(HttpStatusCode.Gone, (await PollRider.GetAsync(node, $"/v1/trips/{Trip}/live", token)).Status);
        }

        Assert.Null(bystander.EndReason);
    }

    private static Task MutedAsync(TrackingNode node, Trip trip) =>
        new TripProjection(new MutedScripts(node.Services.GetRequiredService<HubLink>())).WriteAsync(trip, TestContext.Current.CancellationToken);
}
