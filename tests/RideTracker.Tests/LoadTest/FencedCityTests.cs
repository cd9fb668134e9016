using System.Text.Json;
using RideTracker.LoadTest.Records;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Records.Events;
using RideTracker.Records.Geofences;
using RideTracker.Records.Geofences.Crossings;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Tests.LoadTest;

/// <summary>The load test's city means what it says: the same for a driver among few geofences and among many.</summary>
public sealed class FencedCityTests
{
    private const int Drivers = 400;
    private const long Begin = 1_764_000_000_000;

    [Fact]
    public void Drive_AmongFewOrManyGeofences_IsInFiveAlwaysAndCrossesAsManyNowAndThen()
    {
        var (fewHits, few) = Drive(10);
        var (manyHits, many) = Drive(1_000);

        Assert.InRange(fewHits, 5, 5.3);
        Assert.InRange(manyHits, 5, 5.3);
        // A little more than half a crossing in a walk of 100 s, 400 drivers, two walks.
        Assert.InRange(few, 300, 650);
        Assert.InRange(many, 0.8 * few, 1.2 * few);
    }

    [Fact]
    public void Place_AtTimesOfOneDriver_IsNoJump()
    {
        var city = new FencedCity(100);
        for (var time = Begin; time < Begin + 300_000; time += 1_000)
        {
            var (from, to) = (city.Place(7, time), city.Place(7, time + 1_000));
            Assert.InRange(GeoMath.DistanceMeters(from.Lat, from.Lng, to.Lat, to.Lng), 0, 12);
        }
    }

    // Mean hits of a fix, and crossings after the first fixes.
    private static (double Hits, int Crossings) Drive(int fences)
    {
        var city = new FencedCity(fences);
        var index = new FenceIndex(1, Enumerable.Range(0, fences).Select(i => new Fence(FencedCity.Id(i), 1, null, null, new FenceShape(Area(city.GeoJson(i))))));
        var detector = new CrossingDetector(index, new GeofencesOptions());
        var drivers = Enumerable.Range(0, Drivers).Select(_ => new DriverPresence()).ToList();
        List<Crossing> crossings = [];
        long hits = 0, fixes = 0;
        for (var time = Begin; time <= Begin + 200_000; time += 4_000)
        {
            for (var driver = 0; driver < Drivers; driver++)
            {
                var (lat, lng) = city.Place(driver, time);
                detector.Take(drivers[driver], new DriverFix(time, lat, lng) { AccuracyMeters = 5 }, crossings);
                var inside = drivers[driver].Stays.Count(stay => stay.Inside);
                Assert.True(inside >= FencedCity.Zones, $"driver {driver} is in {inside} at {lat}, {lng}");
                hits += inside;
                fixes++;
            }
        }

        return ((double)hits / fixes, crossings.Count(crossing => crossing.Kind is EventKinds.Enter or EventKinds.Exit && crossing.TimeMs > Begin));
    }

    private static NetTopologySuite.Geometries.MultiPolygon Area(string json)
    {
        Assert.Null(GeoJsonArea.Read(JsonDocument.Parse(json).RootElement, "", 100, out var area));
        return area!;
    }
}
