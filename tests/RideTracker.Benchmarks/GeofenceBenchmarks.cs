using BenchmarkDotNet.Attributes;
using RideTracker.Protocol.Fixes;
using RideTracker.Records.Geofences;
using RideTracker.Records.Geofences.Crossings;
using RideTracker.Records.Geofences.Shapes;
using RideTracker.Tests.Records.Geofences;

namespace RideTracker.Benchmarks;

/// <summary>One fix of one of 1,000 drivers who drive about in a city, each place of theirs in six geofences or more, among few geofences and among many.</summary>
[MemoryDiagnoser]
public class GeofenceBenchmarks
{
    private const int Drivers = 1_000;

    private readonly List<Crossing> _crossings = [];
    private readonly DriverPresence[] _drivers = new DriverPresence[Drivers];
    private readonly (double Lat, double Lng)[] _places = new (double, double)[Drivers];
    private CrossingDetector _detector = null!;
    private int _next;
    private long _time = 1_764_000_000_000;

    /// <summary>All geofences.</summary>
    [Params(10, 10_000)]
    public int Fences { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _detector = new CrossingDetector(new FenceIndex(1, FenceCity.Make(Fences)), new GeofencesOptions());
        var random = new Random(7);
        for (var i = 0; i < Drivers; i++)
        {
            _drivers[i] = new DriverPresence();
            _places[i] = FenceCity.Place(Fences, random);
        }

        for (var i = 0; i < Drivers * 4; i++) Take();
        var inside = _drivers.Average(driver => driver.Stays.Count(stay => stay.Inside));
        if (inside < 5) throw new InvalidOperationException($"Each fix is to be inside five geofences, but is in {inside}.");
    }

    /// <summary>A fix 10 m from the driver's last one, on a round of 700 m or so through a dozen cells.</summary>
    [Benchmark]
    public int Take()
    {
        var i = _next;
        _next = (_next + 1) % Drivers;
        if (i == 0) _time += 1_000;
        var (lat, lng) = _places[i];
        _crossings.Clear();
        _detector.Take(_drivers[i], new DriverFix(_time, lat + Round(_time / 1_000), lng + Round(_time / 1_000 + 16)) { AccuracyMeters = 5 }, _crossings);
        return _crossings.Count;
    }

    // A triangle wave: 32 fixes there and 32 back, in degrees.
    private static double Round(long seconds) => Math.Abs(seconds % 64 - 32) * 0.00008;
}
