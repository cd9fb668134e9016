using RideTracker.Hosting.Access;
using RideTracker.Protocol;

namespace RideTracker.Demo.Pages;

/// <summary>Makes the demo's tokens: good for an hour, so that a copied link does not work for ever.</summary>
internal sealed class DemoTokens(TokenMinter minter)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public MintedToken ForRider(TripId trip) => minter.Mint(Role.Rider, $"rider-of-{trip.Value}"[..Math.Min(64, 9 + trip.Value.Length)], trip, Lifetime);

    public MintedToken ForDriver(DriverId driver) => minter.Mint(Role.Driver, driver.Value, trip: null, Lifetime);

    public MintedToken ForDispatcher() => minter.Mint(Role.Dispatcher, "demo-dispatcher", trip: null, Lifetime);
}
