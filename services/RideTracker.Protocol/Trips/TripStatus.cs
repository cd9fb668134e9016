namespace RideTracker.Protocol.Trips;

/// <summary>Where a trip stands. On the wire: Fleet Engine's words, see <see cref="TripStatuses.ToWire"/>.</summary>
public enum TripStatus
{
    New,
    EnrouteToPickup,
    ArrivedAtPickup,
    EnrouteToDropoff,
    Complete,
    Canceled,
}

/// <summary>The wire's words for <see cref="TripStatus"/>.</summary>
public static class TripStatuses
{
    public static string ToWire(this TripStatus status) => status switch
    {
        TripStatus.New => "new",
        TripStatus.EnrouteToPickup => "enroute-to-pickup",
        TripStatus.ArrivedAtPickup => "arrived-at-pickup",
        TripStatus.EnrouteToDropoff => "enroute-to-dropoff",
        TripStatus.Complete => "complete",
        TripStatus.Canceled => "canceled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status."),
    };

    /// <summary>Reads the wire's word; false if it is none.</summary>
    public static bool TryParse(string? word, out TripStatus status)
    {
        foreach (var candidate in Enum.GetValues<TripStatus>())
        {
            status = candidate;
            if (candidate.ToWire() == word) return true;
        }

        status = default;
        return false;
    }

    /// <summary>Whether the trip is over: its live view ends.</summary>
    public static bool IsOver(this TripStatus status) => status is TripStatus.Complete or TripStatus.Canceled;
}
