using Microsoft.AspNetCore.Http.HttpResults;
using RideTracker.Client.Records;
using RideTracker.Demo.Rides;
using RideTracker.Fleet;
using RideTracker.Hosting;
using RideTracker.Protocol;

namespace RideTracker.Demo.Pages;

/// <summary>What the demo serves besides the API: its directory of trips and tokens, and what the web map is told.</summary>
internal static class DemoPages
{
    private static readonly TimeSpan ListedTripsGoOnFor = TimeSpan.FromMinutes(10);
    private static readonly Problem Starting = new("demo-starting", StatusCodes.Status503ServiceUnavailable, "The demo is still starting.");

    public static IEndpointRouteBuilder MapDemo(this IEndpointRouteBuilder app, Town town, bool handsOutTokens)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        pages.MapConfig(town);
        if (!handsOutTokens) return app;
        pages.MapGet("/demo.json", GetDirectoryAsync);
        pages.MapGet("/demo/token", GetTokenAsync);
        return app;
    }

    private static async Task<IResult> GetDirectoryAsync(DemoFleet fleet, HandTrip handTrip, DemoTokens tokens, HttpResponse response, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        var going = fleet.TripsGoingOnFor(ListedTripsGoOnFor);
        if (going.Count == 0 || handTrip.Id is not { } byHand) return Starting.Result("The fleet is still setting off.", TimeSpan.FromSeconds(1));
        try
        {
            var trips = new List<TripWithToken>();
            foreach (var trip in going) trips.Add(new TripWithToken(trip.Value, (await tokens.ForRiderAsync(trip, cancellationToken)).Token));
            return TypedResults.Json(
                new DemoDirectory(
                    trips,
                    HandTrip.Driver.Value,
                    (await tokens.ForDriverAsync(HandTrip.Driver, cancellationToken)).Token,
                    new TripWithToken(byHand.Value, (await tokens.ForRiderAsync(byHand, cancellationToken)).Token),
                    (await tokens.ForDispatcherAsync(cancellationToken)).Token),
                DemoJson.Default.DemoDirectory);
        }
        catch (Exception failure) when (failure is HttpRequestException or RecordsRefusedException or TaskCanceledException { InnerException: TimeoutException })
        {
            // A trip may have ended since it was listed; and Records may be away.
            return Starting.Result($"A token could not be had: {failure.Message}", TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<IResult> GetTokenAsync(string? trip, string? role, TripBook trips, DemoTokens tokens, HttpResponse response, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        try
        {
            return (trip, role) switch
            {
                (not null, null) => TripId.TryParse(trip, out var id) && trips.Knows(id)
                    ? Fresh(await tokens.ForRiderAsync(id, cancellationToken))
                    : Problems.NotFound.Result("trip: the demo has no such trip."),
                (null, "dispatcher") => Fresh(await tokens.ForDispatcherAsync(cancellationToken)),
                _ => Problems.InvalidParameter.Result("trip, role: either trip=ID or role=dispatcher is needed."),
            };
        }
        catch (RecordsRefusedException refused)
        {
            return Problems.TripOver.Result(refused.Message);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            return Starting.Result($"A token could not be had: {failure.Message}", TimeSpan.FromSeconds(1));
        }
    }

    private static JsonHttpResult<FreshToken> Fresh(IssuedToken token) => TypedResults.Json(new FreshToken(token.Token, token.Expires), DemoJson.Default.FreshToken);
}
