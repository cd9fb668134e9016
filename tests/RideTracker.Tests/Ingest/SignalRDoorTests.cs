using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>The SignalR door, in JSON and in MessagePack.</summary>
public sealed class SignalRDoorTests
{
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Report_IsSettledByItsAnswer(bool messagePack)
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack);
        var time = Now;

        var ack = await ReportAsync(phone, Map(time - 1000, 37.7, -122.4), Map(time, 37.7001, -122.4), Map(time, 37.7, -122.4), Map(time, 91, 0));

        Assert.Equal((2, 1), (ack.Accepted, ack.Duplicates));
        Assert.Equal([new Rejection(null, 3, "out-of-range")], ack.Rejected);
        Assert.Equal("hub-1", ack.Hub);
        Assert.Null(ack.Advice);
    }

    [Fact]
    public async Task FixesOfATimeOffDuty_AreRefusedByTheirPlaceInTheReport()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack: false);
        var time = Now - 10_000;
        node.Hub.OffDuty = (time, time + 2000);

        var ack = await ReportAsync(phone, Map(time + 1000, 37.7, -122.4), Map(time - 1000, 37.7, -122.4), Map(time + 2000, 37.7, -122.4));

        Assert.Equal(2, ack.Accepted);
        Assert.Equal([new Rejection(null, 0, "off-duty")], ack.Rejected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MistypedFixes_LoseOnlyThemselves(bool messagePack)
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack);
        var time = Now - 10_000;
        var nested = new Dictionary<string, object?> { ["a"] = new object?[] { 1, "x", null, new Dictionary<string, object?> { ["b"] = 2.5 } } };

        var ack = await ReportAsync(
            phone,
            7,
            "fix",
            null,
            new object?[] { 1, 2 },
            new Dictionary<string, object?> { ["time"] = "soon", ["lat"] = 1.0, ["lng"] = 2.0 },
            new Dictionary<string, object?> { ["time"] = time, ["lat"] = 1.0 },
            new Dictionary<string, object?> { ["time"] = time, ["lat"] = true, ["lng"] = 2.0 },
            new Dictionary<string, object?>
            {
                ["time"] = (double)time,
                ["lat"] = 37,
                ["lng"] = -122.4f,
                ["accuracy"] = "good",
                ["speed"] = -1,
                ["heading"] = 360,
                ["battery"] = 0.5,
                ["charging"] = "yes",
                ["mock"] = true,
                ["extra"] = nested,
                ["more"] = "text",
            });

        Assert.Equal(Enumerable.Range(0, 7).Select(i => new Rejection(null, i, "malformed")), ack.Rejected);
        var fix = Assert.Single(node.Hub.Taken("d1"));
        Assert.Equal((time, 37.0), (fix.FixTimeMs, fix.Latitude));
        Assert.Equal((null, null, 0f, 0.5f, null, true), (fix.AccuracyMeters, fix.SpeedMps, fix.HeadingDegrees, fix.Battery, fix.Charging, fix.Mock));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ArgumentThatIsNoReport_IsRefusedInWords(bool messagePack)
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack);

        foreach (var argument in new object?[] { null, 7, "x", Array.Empty<object>(), new Dictionary<string, object?> { ["fixes"] = 1 } })
        {
            var refused = await Assert.ThrowsAsync<HubException>(() => phone.InvokeAsync<Ack>("Report", argument, Cancellation));
            Assert.Contains("malformed-body", refused.Message, StringComparison.Ordinal);
        }

        var many = await Assert.ThrowsAsync<HubException>(() => ReportAsync(phone, [.. Enumerable.Repeat((object?)0, 20_000)]));
        Assert.Contains("too-large: fixes has more than 500", many.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await ReportAsync(phone, Map(Now, 37.7, -122.4))).Accepted);
    }

    [Fact]
    public async Task MessageBeyondItsLimit_ClosesTheConnectionInWords()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack: false);

        var closed = await Assert.ThrowsAsync<HubException>(() => phone.InvokeAsync<Ack>("Report", new string('x', 1024 * 1024), Cancellation));

        Assert.Contains("maximum message size", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_WithTheHubAway_FailsAndSettlesNothing()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack: false);
        var time = Now;
        Assert.Equal(1, (await ReportAsync(phone, Map(time, 37.7, -122.4))).Accepted);

        node.Hub.Outcome = HubOutcome.Unavailable;
        var away = await Assert.ThrowsAsync<HubException>(() => ReportAsync(phone, Map(time + 1, 37.7, -122.4)));
        node.Hub.Outcome = HubOutcome.Full;
        var full = await Assert.ThrowsAsync<HubException>(() => ReportAsync(phone, Map(time + 1, 37.7, -122.4)));
        node.Hub.Outcome = HubOutcome.Taken;

        Assert.Contains("hub-unavailable: ", away.Message, StringComparison.Ordinal);
        Assert.Contains("hub-full: ", full.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await ReportAsync(phone, Map(time + 1, 37.7, -122.4))).Accepted);
        Assert.DoesNotContain(node.Logs.Lines, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task Calls_Pipelined_AreEachAnswered()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = await ConnectAsync(node, messagePack: true);
        var time = Now - 100_000;

        var acks = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => ReportAsync(phone, Map(time + i * 100, 37.7, -122.4))));

        Assert.All(acks, ack => Assert.Equal(1, ack.Accepted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TripAdviceAndDrain_AreCalledOnThePhone(bool messagePack)
    {
        await using var node = await IngestNode.StartAsync();
        node.Hub.Trip = new SlotTrip(TripId.Parse("t1"), TripStatus.EnrouteToPickup, 3, "\"pickup\":{\"lat\":1.5,\"lng\":2}", 0, false);
        await using var phone = Build(node, messagePack, node.Token());
        var trips = new Calls<object?>();
        var advice = new Calls<Advice>();
        var drains = new Calls<Dictionary<string, long>>();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.On<object?>("Trip", trips.Add);
        phone.On<Advice>("Advise", advice.Add);
        phone.On<Dictionary<string, long>>("Drain", drains.Add);
        phone.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await phone.StartAsync(Cancellation);

        Assert.Equal("""{"id":"t1","status":"enroute-to-pickup","version":3,"pickup":{"lat":1.5,"lng":2}}""", JsonSerializer.Serialize(await trips.NextAsync()));
        Assert.Equal(3_000, (await advice.NextAsync()).IntervalMs);
        node.Hub.Push("d1", "null");
        Assert.Equal("null", JsonSerializer.Serialize(await trips.NextAsync()));
        Assert.Equal(5_000, (await advice.NextAsync()).IntervalMs);
        await node.Services.GetRequiredService<IngestConnections>().DrainAsync(TimeSpan.FromSeconds(20));
        Assert.InRange((await drains.NextAsync())["reconnectAfterMs"], 0, 20_000);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Fact]
    public async Task Revocation_EndsTheConnection()
    {
        await using var node = await IngestNode.StartAsync();
        var minted = node.Mint(Role.Driver, "d1");
        await using var phone = Build(node, messagePack: false, minted.Token);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await phone.StartAsync(Cancellation);

        node.Services.GetRequiredService<Revocations>().Learn(minted.Jti, minted.ExpiresAt.ToUnixTimeMilliseconds());

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Fact]
    public async Task TokenExpiry_EndsTheConnection()
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = Build(node, messagePack: false, node.Token(lifetime: TimeSpan.FromSeconds(2)));
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await phone.StartAsync(Cancellation);

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Theory]
    [InlineData(Role.Rider)]
    [InlineData(Role.Dispatcher)]
    [InlineData(Role.Service)]
    public async Task OtherRoles_AreRefused(Role role)
    {
        await using var node = await IngestNode.StartAsync();
        await using var phone = Build(node, messagePack: false, node.Mint(role, "x").Token);

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => phone.StartAsync(Cancellation));

        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static Dictionary<string, object?> Map(long time, double lat, double lng) => new() { ["time"] = time, ["lat"] = lat, ["lng"] = lng };

    private static Task<Ack> ReportAsync(HubConnection phone, params object?[] fixes) => phone.InvokeAsync<Ack>("Report", fixes, Cancellation);

    private static async Task<HubConnection> ConnectAsync(IngestNode node, bool messagePack)
    {
        var phone = Build(node, messagePack, node.Token());
        await phone.StartAsync(Cancellation);
        return phone;
    }

    private static HubConnection Build(IngestNode node, bool messagePack, string token)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(node.Address, "/v1/driver"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(token));
        if (messagePack) builder.AddMessagePackProtocol();
        return builder.Build();
    }

    private sealed class Calls<T>
    {
        private readonly System.Threading.Channels.Channel<T> _calls = System.Threading.Channels.Channel.CreateUnbounded<T>();

        public void Add(T value) => _calls.Writer.TryWrite(value);

        public async Task<T> NextAsync() => await _calls.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }
}
