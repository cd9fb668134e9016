using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Driving;

/// <summary>One drive along a route, planned to the second: speeds up, slows for corners, keeps to the limits, waits at some lights.</summary>
/// <remarks>The whole drive is a function of time, so a car costs nothing while nobody asks where it is. Immutable and thread-safe.</remarks>
public sealed class Drive
{
    private const double AccelerationMps2 = 1.7;
    private const double BrakingMps2 = 2.1;
    private const double SidewaysMps2 = 2.4;
    private const double SlowestCornerMps = 1.6;
    private const double RedChance = 0.3;

    private readonly double[] _lengths;
    private readonly double[] _limits;
    private readonly double[] _speeds;
    private readonly double[] _waits;

    /// <summary>Seconds from the start to the arrival at each point; a wait there comes after.</summary>
    private readonly double[] _arrivals;

    /// <param name="traffic">Share of the allowed speed that the traffic lets through, above 0, at most 1.</param>
    internal Drive(Route route, double traffic, SeededRandom random)
    {
        Route = route;
        var points = route.Points;
        _lengths = new double[points.Count - 1];
        _limits = new double[points.Count - 1];
        for (var i = 0; i < _lengths.Length; i++)
        {
            _lengths[i] = Math.Max(0.01, points[i].MetersTo(points[i + 1]));
            _limits[i] = route.SpeedMps(i) * traffic;
        }

        _waits = new double[points.Count];
        for (var i = 1; i < points.Count - 1; i++)
        {
            if (route.HasLight(i) && random.Chance(RedChance)) _waits[i] = random.Between(4, 24);
        }

        _speeds = PlanSpeeds();
        _arrivals = new double[points.Count];
        for (var i = 0; i < _lengths.Length; i++) _arrivals[i + 1] = _arrivals[i] + _waits[i] + Segment(i).Seconds;
    }

    public Route Route { get; }

    /// <summary>Seconds from start to end.</summary>
    public double Seconds => _arrivals[^1];

    /// <summary>Where the car is so many seconds after the start; before it at the start, after the end at the end.</summary>
    public Motion At(double seconds)
    {
        var points = Route.Points;
        if (points.Count < 2) return new(points[0], 0, 0);
        var i = Array.BinarySearch(_arrivals, seconds);
        i = Math.Clamp(i < 0 ? ~i - 1 : i, 0, _lengths.Length - 1);
        var heading = points[i].BearingTo(points[i + 1]);
        var into = seconds - _arrivals[i] - _waits[i];
        if (into <= 0) return new(points[i], 0, points[Math.Max(0, i - 1)].BearingTo(points[i == 0 ? 1 : i]));
        var (meters, speed) = Segment(i).At(into);
        return new(points[i].Towards(points[i + 1], Math.Min(1, meters / _lengths[i])), speed, heading);
    }

    // The fastest speeds at the points that limits, corners and the car allow: first what each point allows, then what can be reached forward and braked backward.
    private double[] PlanSpeeds()
    {
        var points = Route.Points;
        var speeds = new double[points.Count];
        for (var i = 1; i < points.Count - 1; i++)
        {
            speeds[i] = _waits[i] > 0 ? 0 : Math.Min(CornerSpeed(i), Math.Min(_limits[i - 1], _limits[i]));
        }

        for (var i = 1; i < points.Count; i++) speeds[i] = Math.Min(speeds[i], Reach(speeds[i - 1], AccelerationMps2, _lengths[i - 1]));
        for (var i = points.Count - 2; i >= 0; i--) speeds[i] = Math.Min(speeds[i], Reach(speeds[i + 1], BrakingMps2, _lengths[i]));
        return speeds;
    }

    private double CornerSpeed(int i)
    {
        var points = Route.Points;
        var turn = Math.Abs(points[i - 1].BearingTo(points[i]) - points[i].BearingTo(points[i + 1]));
        if (turn > 180) turn = 360 - turn;
        if (turn < 5) return double.MaxValue;
        // The circle that fits between the middles of both pieces; a street corner leaves room for 14 m of each.
        var room = Math.Min(14, Math.Min(_lengths[i - 1], _lengths[i]) / 2);
        var radius = room / Math.Tan(turn * Math.PI / 360);
        return Math.Max(SlowestCornerMps, Math.Sqrt(SidewaysMps2 * Math.Max(0, radius)));
    }

    private static double Reach(double speed, double change, double meters) => Math.Sqrt((speed * speed) + (2 * change * meters));

    private Trapezoid Segment(int i) => new(_speeds[i], _speeds[i + 1], _limits[i], _lengths[i]);

    /// <summary>From one speed to another over a length: up to a top speed, along it, and down.</summary>
    private readonly struct Trapezoid
    {
        private readonly double _from;
        private readonly double _to;
        private readonly double _top;
        private readonly double _rise;
        private readonly double _cruise;
        private readonly double _riseMeters;
        private readonly double _cruiseMeters;

        public Trapezoid(double from, double to, double limit, double meters)
        {
            _from = from;
            _to = to;
            var peak = Math.Sqrt(((2 * AccelerationMps2 * BrakingMps2 * meters) + (BrakingMps2 * from * from) + (AccelerationMps2 * to * to)) / (AccelerationMps2 + BrakingMps2));
            _top = Math.Max(Math.Max(from, to), Math.Min(limit, peak));
            _rise = (_top - from) / AccelerationMps2;
            var fall = (_top - to) / BrakingMps2;
            _riseMeters = (from + _top) / 2 * _rise;
            _cruiseMeters = Math.Max(0, meters - _riseMeters - ((_top + to) / 2 * fall));
            _cruise = _cruiseMeters / _top;
            Seconds = _rise + _cruise + fall;
        }

        public double Seconds { get; }

        public (double Meters, double Speed) At(double t)
        {
            if (t < _rise) return ((_from * t) + (AccelerationMps2 * t * t / 2), _from + (AccelerationMps2 * t));
            if (t < _rise + _cruise) return (_riseMeters + (_top * (t - _rise)), _top);
            var down = Math.Min(t, Seconds) - _rise - _cruise;
            return (_riseMeters + _cruiseMeters + (_top * down) - (BrakingMps2 * down * down / 2), t >= Seconds ? _to : _top - (BrakingMps2 * down));
        }
    }
}
