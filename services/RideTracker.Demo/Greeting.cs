using System.Globalization;
using RideTracker.Client.Records;
using RideTracker.Demo.Pages;
using RideTracker.Demo.Rides;

namespace RideTracker.Demo;

/// <summary>Tells the person at the terminal what there is to click, and at the end what happened.</summary>
internal sealed class Greeting(DemoSettings settings, DemoAddress address, DemoFleet fleet, ApiRides rides, TripBook book, DemoTokens tokens, IHostApplicationLifetime lifetime)
{
    private readonly TextWriter _out = Console.Out;

    /// <summary>Prints the map's address at once, and a rider's links as soon as there is a trip to follow.</summary>
    public void Begin()
    {
        _out.WriteLine($"RideTracker is ready: {address.Own}");
        // In a container what is printed becomes a log, and no token may stand in one.
        if (!settings.AnyAddress) _ = ShowTripAsync(lifetime.ApplicationStopping);
    }

    public void Farewell()
    {
        var fixes = fleet.Fixes;
        _out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nRideTracker has ended: {fixes.Accepted:n0} fixes accepted, {fixes.Rejected:n0} refused, {book.Completed:n0} trips completed."));
    }

    private async Task ShowTripAsync(CancellationToken cancellationToken)
    {
        await rides.FirstUnderWay.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellationToken.IsCancellationRequested || fleet.TripsGoingOnFor(TimeSpan.Zero) is not [var trip, ..]) return;
        string token, drivers;
        try
        {
            token = (await tokens.ForRiderAsync(trip, cancellationToken)).Token;
            drivers = (await tokens.ForDriverAsync(HandTrip.Driver, cancellationToken)).Token;
        }
        catch (Exception failure) when (failure is HttpRequestException or RecordsRefusedException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"demo: no link to a rider's trip, since a token could not be had: {failure.Message}");
            return;
        }

        var own = address.Own.ToString();
        _out.WriteLine();
        Show("all cars", "", own);
        Show("one rider", "t", $"{own}t/#{token}");
        Show("dispatcher", "dispatch", $"{own}dispatch/");
        Show("be a car", "drive", $"{own}drive/#{drivers}");
        Show("four ways", "lab", $"{own}lab/");
        Show("embedded", "embed", $"{own}embed/");
        _out.WriteLine(
            $"""
              by hand     {own}demo.json

              curl -N -H 'Accept: text/event-stream' '{address.Nodes}v1/trips/{trip.Value}/live?access_token={token}'

            {settings.Cars} cars are driving. Ctrl-C ends it.
            """);
    }

    // A link to a page that was not built would lead nowhere.
    private void Show(string what, string page, string link)
    {
        if (settings.MapFolder is { } folder && File.Exists(Path.Combine(folder, page, "index.html"))) _out.WriteLine($"  {what,-12}{link}");
    }
}
