using RideTracker.Protocol.Geo;

namespace RideTracker.IntegrationTests.Replay;

/// <summary>One recorded ride with a passenger: the fixes of a spell with the passenger flag on, from the first to the last.</summary>
/// <param name="Day">The driver-day's date, as month and day: <c>0517</c>.</param>
internal sealed record Fare(string Day, IReadOnlyList<TracePoint> Fixes)
{
    private const double ShortestSeconds = 180;
    private const double LongestSeconds = 3_600;
    private const double ShortestMeters = 500;
    private const double LongestGapSeconds = 180;
    private const double FastestMps = 50;

    /// <summary>The days that the constants of TravelTime were found on; the later ones, June, were kept for the test.</summary>
    public bool IsForTuning => string.CompareOrdinal(Day, "0601") < 0;

    public TracePoint Start => Fixes[0];

    public TracePoint End => Fixes[^1];

    public double Seconds => SecondsBetween(Start, End);

    public double StraightMeters => Meters(Start, End);

    /// <summary>
    /// All rides that begin and end within a driver-day and tell something: of 3 minutes to an hour, ending 500 m from their start at least, without a gap of more
    /// than 3 minutes and without a jump of more than 50 m/s.
    /// </summary>
    public static (int All, IReadOnlyList<Fare> Clean) Read()
    {
        var all = TraceFile.Read().SelectMany(car => Spells(car.Value).Select(spell => new Fare(car.Key[^4..], spell))).ToList();
        return (all.Count, all.Where(IsClean).ToList());
    }

    public static double Meters(TracePoint from, TracePoint to) => GeoMath.DistanceMeters(from.Lat, from.Lng, to.Lat, to.Lng);

    public static double SecondsBetween(TracePoint from, TracePoint to) => (to.TimeMs - from.TimeMs) / 1000.0;

    private static IEnumerable<List<TracePoint>> Spells(List<TracePoint> drive)
    {
        for (var i = 1; i < drive.Count; i++)
        {
            if (!drive[i].Occupied || drive[i - 1].Occupied) continue;
            var end = drive.FindIndex(i, point => !point.Occupied);
            if (end > 0) yield return drive.GetRange(i, end - i);
        }
    }

    private static bool IsClean(Fare fare) =>
        fare.Fixes.Count >= 3 && fare.Seconds is >= ShortestSeconds and <= LongestSeconds && fare.StraightMeters >= ShortestMeters
        && fare.Fixes.Zip(fare.Fixes.Skip(1)).All(step =>
            SecondsBetween(step.First, step.Second) <= LongestGapSeconds && Meters(step.First, step.Second) <= FastestMps * SecondsBetween(step.First, step.Second));
}
