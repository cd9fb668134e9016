using RideTracker.Protocol.Geo;

namespace RideTracker.Records.Trails.Export;

/// <summary>
/// Leaves out fixes that lie no further than a tolerance from the line through those that stay: Douglas and Peucker's algorithm (1973), in metres, in windows
/// of a bounded number of fixes, whose ends stay. So it holds little, and keeps at most one fix more for each window.
/// </summary>
internal sealed class Simplifier(double toleranceMeters, IFixSink next) : IFixSink
{
    /// <summary>Fixes in a window.</summary>
    public const int Window = 1_000;

    private readonly List<TrailFix> _window = [];
    private readonly (double X, double Y)[] _places = new (double, double)[Window];
    private readonly bool[] _stays = new bool[Window];
    private readonly Stack<(int First, int Last)> _open = new();
    private bool _startsRun = true;

    public void Take(TrailFix fix, bool startsRun)
    {
        if (startsRun)
        {
            Pass(_window.Count);
            _window.Clear();
            _startsRun = true;
        }
        else if (_window.Count == Window)
        {
            // Its last one begins the next window, and is passed on there.
            Pass(Window - 1);
            _window.RemoveRange(0, Window - 1);
        }

        _window.Add(fix);
    }

    public void End()
    {
        Pass(_window.Count);
        next.End();
    }

    private void Pass(int count)
    {
        if (_window.Count == 0) return;
        Choose();
        for (var i = 0; i < count; i++)
        {
            if (!_stays[i]) continue;
            next.Take(_window[i], _startsRun);
            _startsRun = false;
        }
    }

    private void Choose()
    {
        var last = _window.Count - 1;
        Project();
        Array.Clear(_stays);
        _stays[0] = _stays[last] = true;
        _open.Push((0, last));
        while (_open.TryPop(out var part))
        {
            var furthest = -1;
            var distance = toleranceMeters;
            for (var i = part.First + 1; i < part.Last; i++)
            {
                var d = DistanceToSegment(_places[i], _places[part.First], _places[part.Last]);
                if (d <= distance) continue;
                (furthest, distance) = (i, d);
            }

            if (furthest < 0) continue;
            _stays[furthest] = true;
            _open.Push((part.First, furthest));
            _open.Push((furthest, part.Last));
        }
    }

    // Metres east and north of the window's first fix (equirectangular): over a window's some kilometres the error is far below any tolerance.
    private void Project()
    {
        const double MetersPerDegree = GeoMath.EarthRadiusMeters * Math.PI / 180;
        var origin = _window[0];
        var shrink = Math.Cos(origin.Latitude * Math.PI / 180);
        for (var i = 0; i < _window.Count; i++)
        {
            var east = _window[i].Longitude - origin.Longitude;
            if (east > 180) east -= 360;
            else if (east < -180) east += 360;
            _places[i] = (east * shrink * MetersPerDegree, (_window[i].Latitude - origin.Latitude) * MetersPerDegree);
        }
    }

    private static double DistanceToSegment((double X, double Y) p, (double X, double Y) a, (double X, double Y) b)
    {
        double dx = b.X - a.X, dy = b.Y - a.Y;
        var length = dx * dx + dy * dy;
        var along = length == 0 ? 0 : Math.Clamp(((p.X - a.X) * dx + (p.Y - a.Y) * dy) / length, 0, 1);
        double x = p.X - a.X - along * dx, y = p.Y - a.Y - along * dy;
        return Math.Sqrt(x * x + y * y);
    }
}
