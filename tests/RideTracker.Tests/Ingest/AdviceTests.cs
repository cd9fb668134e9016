using Microsoft.Extensions.Time.Testing;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tests.Ingest;

/// <summary>How often a connected phone is asked to report, by who watches it, how near its stop is and what is left of its battery.</summary>
public sealed class AdviceTests
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private long _timeMs;

    [Fact]
    public async Task Advice_FollowsDemand()
    {
        await using var node = await StartAsync();
        await using var phone = await node.ConnectAsync();
        Assert.Equal(3_000, await AdvisedAsync(phone));

        node.Hub.Demand = DriverDemand.Watched;
        await ReportAsync(phone);
        Assert.Equal(1_000, await AdvisedAsync(phone));

        node.Hub.Demand = DriverDemand.Watched | DriverDemand.NearStop;
        await ReportAsync(phone);
        Assert.Equal(500, await AdvisedAsync(phone));

        node.Hub.Outcome = HubOutcome.Full;
        await ReportAsync(phone);
        Assert.Equal(10_000, await AdvisedAsync(phone));
    }

    [Fact]
    public async Task IdleDriver_IsNotAskedForMoreThoughAViewportShowsIt()
    {
        await using var node = await StartAsync();
        node.Hub.Trip = null;
        node.Hub.Demand = DriverDemand.Watched | DriverDemand.NearStop;
        await using var phone = await node.ConnectAsync();
        Assert.Equal(5_000, await AdvisedAsync(phone));

        await ReportAsync(phone);

        Assert.DoesNotContain("advise", await KindsUpToTheAckAsync(phone));
    }

    [Fact]
    public async Task LowBattery_IsSparedUnlessItIsBeingCharged()
    {
        await using var node = await StartAsync();
        node.Hub.Demand = DriverDemand.Watched;
        await using var phone = await node.ConnectAsync();
        Assert.Equal(3_000, await AdvisedAsync(phone));
        await ReportAsync(phone, ",\"battery\":0.1,\"charging\":true");
        Assert.Equal(1_000, await AdvisedAsync(phone));
        await KindsUpToTheAckAsync(phone);

        await ReportAsync(phone, ",\"battery\":0.1");
        Assert.DoesNotContain("advise", await KindsUpToTheAckAsync(phone));
        await ReportLaterAsync(phone, ",\"battery\":0.1");

        Assert.Equal(2_000, await AdvisedAsync(phone));
    }

    [Fact]
    public async Task FewerFixes_AreAskedForOnlyOnceTheyHaveBeenEnoughForAWhile()
    {
        await using var node = await StartAsync();
        node.Hub.Demand = DriverDemand.Watched;
        await using var phone = await node.ConnectAsync();
        await AdvisedAsync(phone);
        await ReportAsync(phone);
        Assert.Equal(1_000, await AdvisedAsync(phone));
        await KindsUpToTheAckAsync(phone);

        // The rider's page loads again, and its receiver hops over the line of "near": nothing of this reaches the phone.
        for (var i = 0; i < 5; i++)
        {
            node.Hub.Demand = i % 2 == 0 ? DriverDemand.None : DriverDemand.Watched;
            _clock.Advance(TimeSpan.FromSeconds(4));
            await ReportAsync(phone);
            Assert.DoesNotContain("advise", await KindsUpToTheAckAsync(phone));
        }

        node.Hub.Demand = DriverDemand.None;
        await ReportLaterAsync(phone);
        Assert.Equal(3_000, await AdvisedAsync(phone));
    }

    [Fact]
    public async Task DriverOffDuty_IsAskedForLittleUntilItIsBack()
    {
        await using var node = await StartAsync();
        node.Hub.Trip = null;
        node.Hub.OffDuty = (1, long.MaxValue);
        await using var phone = await node.ConnectAsync();
        Assert.Equal(15_000, await AdvisedAsync(phone));
        await ReportAsync(phone);
        var ack = await phone.NextAsync("ack");
        Assert.Equal("""[{"report":1,"index":0,"reason":"off-duty"}]""", ack.GetProperty("rejected").GetRawText());
        Assert.Equal(0, ack.GetProperty("accepted").GetInt32());

        node.Hub.OffDuty = null;
        await ReportAsync(phone);

        Assert.Equal(5_000, await AdvisedAsync(phone));
    }

    private async Task<IngestNode> StartAsync()
    {
        // Acks that wait would wait for ever: this clock stands.
        var node = await IngestNode.StartAsync(_clock, ("Ingest:AckDelay", "00:00:00"));
        node.Hub.Trip = new SlotTrip(TripId.Parse("t1"), TripStatus.EnrouteToPickup, 3, "", 0, false);
        _timeMs = _clock.GetUtcNow().ToUnixTimeMilliseconds() - 60_000;
        return node;
    }

    private Task ReportAsync(Phone phone, string more = "") =>
        phone.SendAsync(FormattableString.Invariant($$"""{"fixes":[{"time":{{_timeMs += 100}},"lat":37.7,"lng":-122.4{{more}}}]}"""));

    private async Task ReportLaterAsync(Phone phone, string more = "")
    {
        _clock.Advance(TimeSpan.FromSeconds(6));
        await ReportAsync(phone, more);
    }

    private static async Task<int> AdvisedAsync(Phone phone) => (await phone.NextAsync("advise")).GetProperty("intervalMs").GetInt32();

    private static async Task<List<string>> KindsUpToTheAckAsync(Phone phone)
    {
        var kinds = new List<string>();
        while (kinds is not [.., "ack"]) kinds.Add((await phone.NextAsync())!.Value.EnumerateObject().Single().Name);
        return kinds;
    }
}
