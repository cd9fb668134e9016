using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Union;

namespace RideTracker.Records.Geofences.Shapes;

/// <summary>
/// A geofence's area as crossings are looked for in it: prepared once, asked often, from any thread. Longitudes may go on beyond 180 either way by
/// <see cref="SeamDegrees"/>: what lies near the antimeridian is there on both sides of it, in one piece.
/// </summary>
public sealed class FenceShape
{
    // Nothing that is joined by a segment is as long as this, see GeofencesOptions.MaxGapMeters.
    private const double SeamDegrees = 30;
    private const double MetersPerDegree = 111_319.49;

    private readonly IPreparedGeometry _area;
    private readonly BorderTree _border;
    private readonly double _metersPerLng;

    /// <summary>Prepares an area.</summary>
    /// <param name="area">Valid, in degrees, longitudes -180 to 180.</param>
    public FenceShape(MultiPolygon area)
    {
        var seamless = JoinAtSeam(area);
        Bounds = seamless.EnvelopeInternal;
        Vertices = seamless.NumPoints;
        // Metres, flat, true in the middle: straight stays straight, so crossings are exact, and only distances to the border of something as large
        // as a country are some percent off.
        _metersPerLng = MetersPerDegree * Math.Cos(Bounds.Centre.Y * Math.PI / 180);
        var flat = new AffineTransformation(_metersPerLng, 0, 0, 0, MetersPerDegree, 0).Transform(seamless);
        _area = PreparedGeometryFactory.Prepare(flat);
        _border = new BorderTree(flat);
        // Its index is made at the first question: now, not under the first fix.
        _ = Covers(Bounds.Centre.Y, Bounds.Centre.X);
    }

    /// <summary>Degrees that it covers.</summary>
    public Envelope Bounds { get; }

    /// <summary>Points of its border.</summary>
    public int Vertices { get; }

    /// <summary>Whether a place lies in it; the border does.</summary>
    public bool Covers(double lat, double lng) => _area.Covers(new Point(new Coordinate(lng * _metersPerLng, lat * MetersPerDegree)));

    /// <summary>Metres from a place to the border, or <paramref name="most"/> if it is farther.</summary>
    public double MetersToBorder(double lat, double lng, double most) => _border.Distance(lng * _metersPerLng, lat * MetersPerDegree, most);

    /// <summary>Whether the border may lie on the straight way between two places or within a millimetre of it; false is certain.</summary>
    public bool IsNearBorder(double fromLat, double fromLng, double toLat, double toLng) =>
        _border.IsNear(fromLng * _metersPerLng, fromLat * MetersPerDegree, toLng * _metersPerLng, toLat * MetersPerDegree, 0.001);

    /// <summary>Where the straight way between two places cuts the border: shares (0 to 1) of the way, ascending.</summary>
    public void Cut(double fromLat, double fromLng, double toLat, double toLng, List<double> shares)
    {
        shares.Clear();
        _border.Cut(fromLng * _metersPerLng, fromLat * MetersPerDegree, toLng * _metersPerLng, toLat * MetersPerDegree, shares);
        shares.Sort();
    }

    /// <summary>Whether it has anything in a box of degrees, and whether all of the box is of it.</summary>
    internal (bool Any, bool All) In(Envelope box)
    {
        var flat = Box(new Envelope(box.MinX * _metersPerLng, box.MaxX * _metersPerLng, box.MinY * MetersPerDegree, box.MaxY * MetersPerDegree));
        return _area.Intersects(flat) ? (true, _area.Covers(flat)) : (false, false);
    }

    private static Geometry Box(Envelope envelope) => GeometryFactory.Default.ToGeometry(envelope);

    private static Geometry JoinAtSeam(MultiPolygon area)
    {
        var copies = new List<Geometry>();
        foreach (var part in area.Geometries)
        {
            var bounds = part.EnvelopeInternal;
            if (bounds.MinX <= -180 + SeamDegrees) copies.Add(Shifted(part, 360));
            if (bounds.MaxX >= 180 - SeamDegrees) copies.Add(Shifted(part, -360));
        }

        return copies.Count == 0 ? area : UnaryUnionOp.Union([.. area.Geometries, .. copies]);
    }

    private static Geometry Shifted(Geometry part, double degrees) => AffineTransformation.TranslationInstance(degrees, 0).Transform(part);
}
