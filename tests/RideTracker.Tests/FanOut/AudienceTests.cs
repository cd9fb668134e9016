using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tests.FanOut;

public class AudienceTests
{
    private const long Now = 1_764_000_000_000;

    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Audience Riders = new(true, 120_000, Secret);
    private static readonly Audience Dispatchers = new(false, 120_000, Secret);

    private static readonly Vehicle Idle = new(
        DriverId.Parse("driver-7"), 5, new DriverFix(Now - 1_234, 47.123456, 8.987654) { HeadingDegrees = 90 }, false, false, Now - 600_000, 0, Now - 1_000, 1_000);

    [Fact]
    public void Rider_SeesAnIdleCarWithoutItsNameAndCoarsely()
    {
        var seen = Riders.See(Idle, Now)!.Value;
        Assert.DoesNotContain("driver-7", seen.Id);
        Assert.Equal(47.1235, seen.Latitude);
        Assert.Equal(8.9877, seen.Longitude);
        Assert.Equal(0, seen.TimeMs % 1_000);
    }

    [Fact]
    public void Rider_DoesNotSeeABusyCarNorOneThatJustDroppedOff()
    {
        Assert.Null(Riders.See(Idle with { Busy = true }, Now));
        Assert.Null(Riders.See(Idle with { DroppedOffMs = Now - 119_999 }, Now));
        Assert.NotNull(Riders.See(Idle with { DroppedOffMs = Now - 120_000 }, Now));
    }

    [Fact]
    public void AnonymousId_ChangesWithTheIdleSpellAndTheHour()
    {
        var id = Riders.See(Idle, Now)!.Value.Id;
        Assert.Equal(id, Riders.See(Idle with { Number = 9 }, Now)!.Value.Id);
        Assert.NotEqual(id, Riders.See(Idle with { IdleSinceMs = Idle.IdleSinceMs + 1 }, Now)!.Value.Id);
        Assert.NotEqual(id, Riders.See(Idle, Now + 3_600_000)!.Value.Id);
        Assert.NotEqual(id, new Audience(true, 0, [.. Secret.Reverse()]).See(Idle, Now)!.Value.Id);
    }

    [Fact]
    public void Dispatcher_SeesEveryCarAsItIs()
    {
        var seen = Dispatchers.See(Idle with { Busy = true, Stale = true }, Now)!.Value;
        Assert.Equal("driver-7", seen.Id);
        Assert.Equal(47.123456, seen.Latitude);
        Assert.True(seen.Busy);
        Assert.True(seen.Stale);
    }

    [Fact]
    public void Hash_ChangesWithNumberStatusAndStaleOnly()
    {
        var hash = Dispatchers.See(Idle, Now)!.Value.Hash;
        Assert.Equal(hash, Dispatchers.See(Idle with { LastHeardMs = Now }, Now + 5)!.Value.Hash);
        Assert.NotEqual(hash, Dispatchers.See(Idle with { Number = 6 }, Now)!.Value.Hash);
        Assert.NotEqual(hash, Dispatchers.See(Idle with { Busy = true }, Now)!.Value.Hash);
        Assert.NotEqual(hash, Dispatchers.See(Idle with { Stale = true }, Now)!.Value.Hash);
    }
}
