using RideTracker.Client;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A trip from outside: its phone reports on the plain WebSocket, its rider watches by SSE, and both keep their connections.</summary>
internal sealed class Ride : IAsyncDisposable
{
    private readonly IHubScripts _hub;
    private readonly Trip _trip;
    private long _last;

    private Ride(IHubScripts hub, Trip trip, TestDriver driver, DriverSocket phone, Rider rider)
    {
        _hub = hub;
        _trip = trip;
        Driver = driver;
        Phone = phone;
        Rider = rider;
    }

    public TestDriver Driver { get; }

    public DriverSocket Phone { get; }

    public Rider Rider { get; }

    public TripId Trip => _trip.Id;

    /// <summary>Reports sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>Writes the trip into the hub, connects both, and sees the first fix arrive.</summary>
    public static async Task<Ride> BeginAsync(ITestServer node, IHubScripts hub)
    {
        var name = Guid.NewGuid().ToString("N")[..8];
        var driver = new TestDriver($"d-{name}");
        var trip = new Trip(TripId.Parse($"t_{name}"), TripStatus.EnrouteToPickup, new Stop(37.78, -122.41), new Stop(37.79, -122.4)) { Driver = driver.Id };
        await new TripProjection(hub).WriteAsync(trip, TestContext.Current.CancellationToken);
        var phone = await DriverSocket.ConnectAsync(node, driver.Token);
        var ride = new Ride(hub, trip, driver, phone, await Rider.OnTripAsync(RiderStrategy.Sse, node, trip.Id.Value));
        await ride.GoOnAsync();
        return ride;
    }

    /// <summary>A fix of now, newer than all before.</summary>
    public WireFix NextFix()
    {
        _last = Math.Max(_last + 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return TestDriver.FixAt(_last);
    }

    /// <summary>Sends a fix and does not wait for its settling.</summary>
    public async Task<WireFix> SendAsync()
    {
        var fix = NextFix();
        Sent++;
        await Phone.SendAsync(fix);
        return fix;
    }

    /// <summary>Reports a fix; it is settled and the rider sees it.</summary>
    public async Task<WireFix> GoOnAsync()
    {
        var fix = await SendAsync();
        await Phone.UntilSettledAsync(Sent);
        await Rider.UntilAsync(view => view.Time >= fix.Time && !view.Stale);
        return fix;
    }

    /// <summary>Completes the trip: the rider sees its end.</summary>
    public async Task EndAsync()
    {
        await new TripProjection(_hub).WriteAsync(_trip with { Status = TripStatus.Complete, Version = _trip.Version + 1 }, TestContext.Current.CancellationToken);
        await Rider.ToEndAsync();
        Assert.Equal("trip-complete", Rider.EndReason);
    }

    public async ValueTask DisposeAsync()
    {
        await Phone.DisposeAsync();
        await Rider.DisposeAsync();
    }
}
