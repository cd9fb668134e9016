using RideTracker.Protocol.Trips;

namespace RideTracker.Records.Trips;

/// <summary>
/// The life of a trip: which command leads from which status to which. What is not in the table is illegal. A queued trip is one that waits for its driver to end
/// another: it can only be given to someone else, or canceled; the end of the other trip makes it active.
/// </summary>
/// <remarks>
/// <code>
///                       assign               arrive              start                complete    cancel
/// new                   enroute-to-pickup    -                   -                    -           canceled
/// (queued)              enroute-to-pickup    -                   -                    -           canceled
/// enroute-to-pickup     enroute-to-pickup    arrived-at-pickup   enroute-to-dropoff   -           canceled
/// arrived-at-pickup     enroute-to-pickup    -                   enroute-to-dropoff   -           canceled
/// enroute-to-dropoff    -                    -                   -                    complete    canceled
/// complete, canceled    -                    -                   -                    -           -
/// </code>
/// A start without an arrival is legal: a phone with a poor receiver may never be seen within the radius, and the rider sits in the car all the same.
/// </remarks>
public static class TripMachine
{
    /// <summary>Where a command leads.</summary>
    /// <param name="status">Where the trip stands.</param>
    /// <param name="queued">Whether it waits behind its driver's active trip.</param>
    /// <param name="command">What is asked.</param>
    /// <returns>The next status, or null where the move is illegal.</returns>
    public static TripStatus? Next(TripStatus status, bool queued, TripCommand command) => (status, queued, command) switch
    {
        (TripStatus.New or TripStatus.EnrouteToPickup or TripStatus.ArrivedAtPickup, _, TripCommand.Assign) => TripStatus.EnrouteToPickup,
        (TripStatus.EnrouteToPickup, false, TripCommand.Arrive) => TripStatus.ArrivedAtPickup,
        (TripStatus.EnrouteToPickup or TripStatus.ArrivedAtPickup, false, TripCommand.Start) => TripStatus.EnrouteToDropoff,
        (TripStatus.EnrouteToDropoff, false, TripCommand.Complete) => TripStatus.Complete,
        (not (TripStatus.Complete or TripStatus.Canceled), _, TripCommand.Cancel) => TripStatus.Canceled,
        _ => null,
    };

    /// <summary>What would be legal now.</summary>
    public static IReadOnlyList<TripCommand> Legal(TripStatus status, bool queued) =>
        [.. Enum.GetValues<TripCommand>().Where(command => Next(status, queued, command) is not null)];
}
