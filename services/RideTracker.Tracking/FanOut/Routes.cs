using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.FanOut;

/// <summary>The planned ways of the trips that this node shows, read once per version.</summary>
public sealed class Routes(HubReader reader, IOptions<FanOutOptions> options) : IDisposable
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = options.Value.RouteCacheEntries });

    /// <summary>The way of a trip in the version that its state names, or the nearest to it that the hub has; null if there is none.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<RouteProgress?> FindAsync(TripId trip, int version, CancellationToken cancellationToken)
    {
        if (version == 0) return null;
        if (_cache.TryGetValue(trip, out RouteProgress? known) && known!.Version == version) return known;
        if (await reader.ReadRouteAsync(trip, cancellationToken) is not { } json || RouteProgress.Parse(json) is not { } route) return null;
        _cache.Set(trip, route, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromMinutes(10) });
        return route;
    }

    public void Dispose() => _cache.Dispose();
}
