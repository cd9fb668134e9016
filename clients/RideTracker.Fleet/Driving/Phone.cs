using RideTracker.Protocol.Fixes;

namespace RideTracker.Fleet.Driving;

/// <summary>The driver's phone: turns where the car is into fixes as a GPS receiver gives them - off by a few metres that drift, now and then lost.</summary>
/// <remarks>Not thread-safe: one caller asks it.</remarks>
public sealed class Phone
{
    // Errors of GPS keep their direction for about half a minute.
    private const double DriftSeconds = 30;
    private const double LossChancePerSecond = 0.002;
    private readonly SeededRandom _random;
    private readonly double _quality;
    private double _eastMeters;
    private double _northMeters;
    private double _lostUntilMs;
    private long _lastMs;

    internal Phone(SeededRandom random)
    {
        _random = random;
        _quality = random.Between(0.7, 1.5);
        _eastMeters = random.Gauss() * 2 * _quality;
        _northMeters = random.Gauss() * 2 * _quality;
    }

    /// <summary>Measures.</summary>
    /// <param name="fixTimeMs">Now, Unix time in milliseconds; must rise from call to call.</param>
    /// <returns>False while the receiver has no fix (2 to 6 s, about once in eight minutes).</returns>
    public bool TryTakeFix(long fixTimeMs, in Motion motion, out DriverFix fix)
    {
        var seconds = _lastMs == 0 ? 1 : Math.Clamp((fixTimeMs - _lastMs) / 1000.0, 0.001, 600);
        _lastMs = fixTimeMs;
        var keep = Math.Exp(-seconds / DriftSeconds);
        var fresh = 2.2 * _quality * Math.Sqrt(1 - (keep * keep));
        _eastMeters = (_eastMeters * keep) + (_random.Gauss() * fresh);
        _northMeters = (_northMeters * keep) + (_random.Gauss() * fresh);
        if (fixTimeMs >= _lostUntilMs && _random.Chance(1 - Math.Exp(-LossChancePerSecond * seconds))) _lostUntilMs = fixTimeMs + _random.Between(2_000, 6_000);
        if (fixTimeMs < _lostUntilMs)
        {
            fix = default;
            return false;
        }

        var place = motion.Position.Offset(_eastMeters, _northMeters);
        var moves = motion.SpeedMps > 0.5;
        fix = new DriverFix(fixTimeMs, Math.Round(place.Lat, 6), Math.Round(place.Lng, 6))
        {
            AccuracyMeters = (float)Math.Round((3.5 * _quality) + (_random.NextDouble() * 2), 1),
            SpeedMps = moves ? (float)Math.Round(Math.Max(0, motion.SpeedMps + (_random.Gauss() * 0.2)), 1) : 0,
            HeadingDegrees = (float)Math.Round((motion.HeadingDegrees + (moves ? _random.Gauss() * 1.5 : 0) + 360) % 360, 1),
        };
        return true;
    }
}
