namespace RideTracker.Protocol.Geo;

/// <summary>How far a place still is, and how long a car takes there.</summary>
/// <param name="Meters">Along streets, in metres.</param>
/// <param name="Seconds">By car, stops at lights and traffic included.</param>
public readonly record struct TravelEstimate(double Meters, double Seconds);

/// <summary>Estimates how long a car takes to a place, from nothing but where both are, the time of day and how the car drove lately. Pure.</summary>
/// <remarks>
/// The constants come from the fares of recorded taxi traces (San Francisco, "cabspotting", 2008): least mean absolute error of the logarithm, by coordinate
/// descent, over the starts of May's fares and over the fixes on their way, both weighing the same. Fares of June were kept for the test, which says what the
/// error is there (<c>TravelTimeTests</c> in RideTracker.IntegrationTests; docs/adr/0012). In another town they are a guess.
/// </remarks>
public static class TravelTime
{
    /// <summary>Metres along streets per metre of straight line: the median of 617 fares routed over the streets of San Francisco (1.31), 0.3 to 6 km long.</summary>
    public const double DetourFactor = 1.3;

    // Seconds per metre of straight line, in bands. The first holds getting going and parking; the third is town motorway; no fare reached into the last
    // one, so its 80 km/h are an assumption.
    private static readonly (double ToMeters, double SecondsPerMeter)[] Bands =
    [
        (500, 0.412), (4_500, 0.180), (20_000, 0.0287), (double.PositiveInfinity, 0.045),
    ];

    // Over the streets: what lights, corners and traffic make of the seconds at the allowed speeds, and what a start and an arrival take besides.
    private const double StreetFactor = 1.716;
    private const double StartSeconds = 84;
    private const double StartMeters = 600;

    // A car under way is past its start, and one that came on well of late comes on well: from 0.8 of the time at 5.4 m/s and more, to all of it for one
    // that hardly moves. Never beyond, so that a red light or a wait at the kerb gives no absurd answer.
    private const double UnderWayFactor = 0.8;
    private const double UnderWayMps = 5.4;
    private const double UnderWayExponent = 0.3;
    private const double SlowestMps = 0.1;

    /// <summary>Estimates from the straight line alone.</summary>
    /// <param name="fromLat">Where the car is, degrees WGS 84; so are the others.</param>
    /// <param name="timeMs">When it is there: Unix time in milliseconds.</param>
    /// <param name="recentSpeedMps">Metres per second along its track over the last minutes, stops included; null before it has driven for a minute.</param>
    public static TravelEstimate Straight(double fromLat, double fromLng, double toLat, double toLng, long timeMs, double? recentSpeedMps)
    {
        var straight = GeoMath.DistanceMeters(fromLat, fromLng, toLat, toLng);
        var seconds = 0.0;
        var from = 0.0;
        foreach (var (to, perMeter) in Bands)
        {
            seconds += (Math.Min(straight, to) - from) * perMeter;
            if (straight <= to) break;
            from = to;
        }

        return new TravelEstimate(straight * DetourFactor, seconds * TimeOfDayFactor(timeMs, fromLng) * RecentFactor(recentSpeedMps));
    }

    /// <summary>Seconds along streets whose length and allowed speeds are known.</summary>
    /// <param name="meters">Length of the way.</param>
    /// <param name="freeSeconds">What it takes at the allowed speeds, without lights, corners and traffic.</param>
    /// <param name="timeMs">When the car leaves: Unix time in milliseconds.</param>
    /// <param name="lng">Where, degrees WGS 84.</param>
    public static double AlongStreets(double meters, double freeSeconds, long timeMs, double lng) =>
        (freeSeconds * StreetFactor + StartSeconds * Math.Min(1, meters / StartMeters)) * TimeOfDayFactor(timeMs, lng);

    // By the sun (UTC and the longitude), which needs no time zones: in San Francisco in summer 70 minutes behind the clock.
    private static double TimeOfDayFactor(long timeMs, double lng)
    {
        var hour = (timeMs / 3_600_000.0 + lng / 15) % 24;
        if (hour < 0) hour += 24;
        return hour switch
        {
            < 6 or >= 22 => 0.84,
            < 15 => 1,
            < 18 => 1.1,
            _ => 0.9,
        };
    }

    private static double RecentFactor(double? recentSpeedMps) => recentSpeedMps is { } speed
        ? Math.Clamp(UnderWayFactor * Math.Pow(UnderWayMps / Math.Max(SlowestMps, speed), UnderWayExponent), UnderWayFactor, 1)
        : 1;
}
