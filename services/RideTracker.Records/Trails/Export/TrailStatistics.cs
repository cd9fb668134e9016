using RideTracker.Protocol.Geo;

namespace RideTracker.Records.Trails.Export;

/// <summary>
/// Adds a trail up, fix by fix, holding nothing but its stops. The rules are part of the contract (docs/protocol.md section 4):
/// a fix counts unless its accuracy is worse than 50 m, or it is further from the last one that counts than a car at 50 m/s gets in the time between (so one wrong place heals by itself);
/// distance is the sum of the lines between places at least 10 m apart, so that a receiver's noise at rest drives no metres, and the line to the last fix;
/// a stop is a stay of 120 s or more within 50 m of where it began.
/// </summary>
internal sealed class TrailStatistics : IFixSink
{
    /// <summary>Metres; a worse accuracy does not count.</summary>
    public const float MostAccuracy = 50;

    /// <summary>Metres per second; a faster way from the last fix that counts is a jump.</summary>
    public const double MostSpeed = 50;

    /// <summary>Metres; less than that from the last corner is noise.</summary>
    public const double LeastStep = 10;

    /// <summary>Metres; further than that from where a stay began ends it.</summary>
    public const double StopRadius = 50;

    /// <summary>A shorter stay is a traffic light.</summary>
    public static readonly TimeSpan LeastStop = TimeSpan.FromSeconds(120);

    private readonly List<TrailStop> _stops = [];
    private TrailFix? _first;
    private TrailFix? _last;
    private TrailFix? _corner;
    private TrailFix? _stayBegan;
    private double _stayLat;
    private double _stayLng;
    private int _stayFixes;
    private long _count;
    private long _leftOut;
    private double _distance;
    private float? _topReported;
    private double? _topDriven;

    public void Take(TrailFix fix, bool startsRun)
    {
        if (fix.AccuracyMeters > MostAccuracy || (_last is { } last && Distance(last, fix) > MostSpeed * (fix.FixTime - last.FixTime).TotalSeconds))
        {
            _leftOut++;
            return;
        }

        _count++;
        _first ??= fix;
        if (fix.SpeedMps is { } speed && !(speed <= _topReported)) _topReported = speed;
        Drive(fix);
        Stay(fix);
        _last = fix;
    }

    public void End()
    {
        if (_last is { } last && _corner is { } corner) _distance += Distance(corner, last);
        EndStay();
    }

    /// <summary>The result, once the trail has ended.</summary>
    public TrailSummary Summary(TrailTitle title)
    {
        var duration = _first is null ? 0 : (_last!.FixTime - _first.FixTime).TotalSeconds;
        var top = _topReported ?? _topDriven;
        return new TrailSummary(
            title.Driver, title.Trip, _count, _leftOut, _first?.FixTime.ToUnixTimeMilliseconds(), _last?.FixTime.ToUnixTimeMilliseconds(),
            Math.Round(_distance, 1), Math.Round(duration, 3), duration > 0 ? Math.Round(_distance / duration, 3) : null, top is { } known ? Math.Round(known, 2) : null, _stops);
    }

    private void Drive(TrailFix fix)
    {
        if (_corner is not { } corner)
        {
            _corner = fix;
            return;
        }

        var step = Distance(corner, fix);
        if (step < LeastStep) return;
        _distance += step;
        var speed = step / (fix.FixTime - corner.FixTime).TotalSeconds;
        if (!(speed <= _topDriven)) _topDriven = speed;
        _corner = fix;
    }

    private void Stay(TrailFix fix)
    {
        if (_stayBegan is null || Distance(_stayBegan, fix) > StopRadius)
        {
            EndStay();
            (_stayBegan, _stayLat, _stayLng, _stayFixes) = (fix, 0, 0, 0);
        }

        // From where it began, so that the mean holds across the antimeridian too.
        _stayLat += fix.Latitude - _stayBegan.Latitude;
        _stayLng += Math.IEEERemainder(fix.Longitude - _stayBegan.Longitude, 360);
        _stayFixes++;
    }

    private void EndStay()
    {
        if (_stayBegan is not { } began || _last!.FixTime - began.FixTime < LeastStop) return;
        _stops.Add(new TrailStop(
            Math.Round(began.Latitude + _stayLat / _stayFixes, 7), Math.Round(Math.IEEERemainder(began.Longitude + _stayLng / _stayFixes, 360), 7),
            began.FixTime.ToUnixTimeMilliseconds(), _last!.FixTime.ToUnixTimeMilliseconds()));
    }

    private static double Distance(TrailFix one, TrailFix other) => GeoMath.DistanceMeters(one.Latitude, one.Longitude, other.Latitude, other.Longitude);
}
