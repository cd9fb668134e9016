using System.Collections.Concurrent;
using RideTracker.Client.Records;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;

namespace RideTracker.Demo.Pages;

/// <summary>The demo's tokens, issued by Records: good for an hour, so that a copied link does not work for ever. Each is handed out again until it has half of that left.</summary>
internal sealed class DemoTokens(TokenMinter minter, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // Far above what a demo has of trips and cars at once; beyond it all are asked for again.
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<(string Role, string Subject, TripId? Trip), IssuedToken> _issued = new();
    private MintedToken _own;

    /// <summary>The token that the demo itself commands Records with: signed here, since somebody must be first.</summary>
    public string Own()
    {
        lock (_issued)
        {
            if (_own.ExpiresAt < time.GetUtcNow() + (Lifetime / 2)) _own = minter.Mint(Role.Service, "demo", trip: null, Lifetime);
            return _own.Token;
        }
    }

    public ValueTask<IssuedToken> ForRiderAsync(TripId trip, CancellationToken cancellationToken) =>
        IssueAsync(Role.Rider, $"rider-of-{trip.Value}"[..Math.Min(64, 9 + trip.Value.Length)], trip, cancellationToken);

    public ValueTask<IssuedToken> ForDriverAsync(DriverId driver, CancellationToken cancellationToken) => IssueAsync(Role.Driver, driver.Value, trip: null, cancellationToken);

    public ValueTask<IssuedToken> ForDispatcherAsync(CancellationToken cancellationToken) => IssueAsync(Role.Dispatcher, "demo-dispatcher", trip: null, cancellationToken);

    private async ValueTask<IssuedToken> IssueAsync(Role role, string subject, TripId? trip, CancellationToken cancellationToken)
    {
        var key = (role.ToWire(), subject, trip);
        var needed = (time.GetUtcNow() + (Lifetime / 2)).ToUnixTimeMilliseconds();
        if (_issued.TryGetValue(key, out var known) && known.Expires > needed) return known;
        if (_issued.Count > MostKept) _issued.Clear();
        // Not in the constructor: the client asks this for its own token.
        return _issued[key] = await services.GetRequiredService<RecordsClient>().IssueTokenAsync(role.ToWire(), subject, trip, Lifetime, cancellationToken);
    }
}
