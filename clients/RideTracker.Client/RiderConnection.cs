using System.Globalization;
using Microsoft.Extensions.Logging;
using RideTracker.Client.Watching;
using RideTracker.Protocol;
using RideTracker.Protocol.Geo;

namespace RideTracker.Client;

/// <summary>Makes connections that watch one trip, or the vehicles of a viewport, over whatever connection there is.</summary>
/// <remarks>
/// <code>
/// await using var connection = RiderConnection.ToTrip(TripId.Parse("t_81"), new() { Server = url, Token = GetTokenAsync });
/// await foreach (var state in connection.WithCancellation(cancellationToken)) Draw(state.Vehicle, state.Eta);    // ends with the trip
/// </code>
/// </remarks>
public static class RiderConnection
{
    /// <summary>Watches <c>/v1/trips/{trip}/live</c>.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static RiderConnection<TripState> ToTrip(TripId trip, RiderConnectionOptions options, TimeProvider? time = null, ILogger? logger = null) =>
        new($"/v1/trips/{Uri.EscapeDataString(trip.Value)}/live", "", new TripFold(), options, time, logger);

    /// <summary>Watches the vehicles of a viewport, <c>/v1/vehicles/live?bbox=</c>.</summary>
    /// <param name="viewport">What is in view.</param>
    /// <param name="interval">Shortest time between two states of a stream, 250 ms or more; null = the server's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static RiderConnection<ViewportState> ToViewport(
        GeoBox viewport, RiderConnectionOptions options, TimeSpan? interval = null, TimeProvider? time = null, ILogger? logger = null)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"bbox={viewport.West},{viewport.South},{viewport.East},{viewport.North}");
        if (interval is { } shortest) query += string.Create(CultureInfo.InvariantCulture, $"&interval={shortest.TotalMilliseconds:0}");
        return new("/v1/vehicles/live", query, new ViewportFold(), options, time, logger);
    }
}
