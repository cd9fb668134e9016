using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Records.Geofences.Crossings;

/// <summary>A driver's coming into a geofence, leaving it, or having stayed.</summary>
/// <param name="Kind">One of <see cref="Events.EventKinds"/>: enter, exit, dwell.</param>
/// <param name="Fence">Which.</param>
/// <param name="TimeMs">When, by the phone's clock (Unix ms): between two fixes where they are joined by a way.</param>
/// <param name="Lat">Where, in degrees.</param>
/// <param name="Lng">Where, in degrees.</param>
/// <param name="SinceMs">Of an exit or a dwell: when the stay began.</param>
/// <param name="AtFix">Nothing is known of the way there: time and place are those of the fix that showed it.</param>
public readonly record struct Crossing(string Kind, Fence Fence, long TimeMs, double Lat, double Lng, long? SinceMs, bool AtFix);
