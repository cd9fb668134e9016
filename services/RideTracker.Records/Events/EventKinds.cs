using System.Collections.Frozen;

namespace RideTracker.Records.Events;

/// <summary>The words for what events tell of.</summary>
public static class EventKinds
{
    /// <summary>A driver came into a geofence.</summary>
    public const string Enter = "enter";

    /// <summary>A driver left a geofence.</summary>
    public const string Exit = "exit";

    /// <summary>A driver has been inside a geofence for its <c>dwellSeconds</c>; once per stay.</summary>
    public const string Dwell = "dwell";

    /// <summary>A driver has arrived at the trip's next stop.</summary>
    public const string Arrival = "arrival";

    /// <summary>A trip has another status.</summary>
    public const string TripStatus = "trip-status";

    /// <summary>All of them.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.Create(StringComparer.Ordinal, Enter, Exit, Dwell, Arrival, TripStatus);
}
