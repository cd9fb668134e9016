namespace RideTracker.Records.Routing;

/// <summary>A way for a car.</summary>
/// <param name="Line">
/// Its points, degrees WGS 84, two at least; empty where only an estimate is known: a straight line through houses must not be drawn as a way,
/// nor be written as a trip's route.
/// </param>
/// <param name="Meters">How long it is, in metres.</param>
/// <param name="Seconds">How long it takes from end to end, in seconds.</param>
public sealed record PlannedWay(IReadOnlyList<(double Lng, double Lat)> Line, double Meters, double Seconds)
{
    /// <summary>No street is known for it.</summary>
    public bool IsEstimate => Line.Count < 2;
}
