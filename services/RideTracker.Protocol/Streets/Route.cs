namespace RideTracker.Protocol.Streets;

/// <summary>A way through the streets: its line, its length and how long it takes at the allowed speeds.</summary>
public sealed class Route
{
    private readonly double[] _speedsMps;
    private readonly bool[] _lights;

    internal Route(GeoPoint[] points, double[] speedsMps, bool[] lights)
    {
        Points = points;
        _speedsMps = speedsMps;
        _lights = lights;
        for (var i = 1; i < points.Length; i++)
        {
            var meters = points[i - 1].MetersTo(points[i]);
            LengthMeters += meters;
            FreeSeconds += meters / speedsMps[i - 1];
        }
    }

    /// <summary>The line to draw, start and end included; a single point when start and end are one.</summary>
    public IReadOnlyList<GeoPoint> Points { get; }

    public double LengthMeters { get; }

    /// <summary>Seconds at the allowed speeds, without lights, corners and traffic; a drive takes about half as long again.</summary>
    public double FreeSeconds { get; }

    /// <summary>The allowed speed from point <paramref name="i"/> to the next, in m/s.</summary>
    public double SpeedMps(int i) => _speedsMps[i];

    /// <summary>True when a traffic light stands at point <paramref name="i"/>.</summary>
    public bool HasLight(int i) => _lights[i];
}

/// <summary>Puts arcs together to one line.</summary>
internal sealed class RouteBuilder
{
    private readonly List<GeoPoint> _points = [];
    private readonly List<double> _speedsMps = [];
    private readonly List<bool> _lights = [];

    public void Add(in StreetGraph.Arc arc, bool lightAtEnd)
    {
        if (_points.Count == 0)
        {
            _points.Add(arc.PointAt(0));
            _lights.Add(false);
        }

        for (var i = 1; i < arc.Points.Length; i++)
        {
            _points.Add(arc.PointAt(i));
            _lights.Add(lightAtEnd && i == arc.Points.Length - 1);
            _speedsMps.Add(arc.SpeedMps);
        }
    }

    public Route Build(GeoPoint start) => _points.Count == 0
        ? new Route([start], [], [false])
        : new Route([.. _points], [.. _speedsMps], [.. _lights]);
}
