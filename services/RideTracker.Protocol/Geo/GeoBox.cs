namespace RideTracker.Protocol.Geo;

/// <summary>A viewport in degrees; <see cref="West"/> &gt; <see cref="East"/> crosses the antimeridian.</summary>
public readonly record struct GeoBox(double West, double South, double East, double North)
{
    public bool CrossesAntimeridian => West > East;

    /// <summary>Degrees of longitude that it spans, 0 to 360.</summary>
    public double Width => CrossesAntimeridian ? East - West + 360 : East - West;

    /// <summary>Degrees of latitude that it spans.</summary>
    public double Height => North - South;

    /// <summary>Whether a place lies in it; edges count.</summary>
    public bool Contains(double lat, double lng) =>
        lat >= South && lat <= North && (CrossesAntimeridian ? lng >= West || lng <= East : lng >= West && lng <= East);
}
