using NetTopologySuite.Geometries;
using RideTracker.Protocol.Fixes;
using RideTracker.Records.Geofences;
using RideTracker.Records.Geofences.Crossings;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Tests.Records.Geofences;

/// <summary>The work per fix grows with the fences that it is in, not with all there are; and the index leaves none out.</summary>
public class FenceIndexTests
{
    [Fact]
    public void Fix_Among10000Fences_AsksNoMoreOfThemThanAmong10()
    {
        // In each of the two towns every place of the middle is in six fences.
        var few = Questions(FenceCity.Make(10));
        var many = Questions(FenceCity.Make(10_000));

        Assert.True(few.Hits >= 5, $"{few.Hits} fences a fix");
        Assert.True(many.Hits >= 5, $"{many.Hits} fences a fix");
        Assert.True(many.PerFix <= 1.5 * few.PerFix, $"{many.PerFix} questions among 10,000 fences, {few.PerFix} among 10");
    }

    [Fact]
    public void CalmCells_ChangeNothingOfWhatIsTold()
    {
        var index = new FenceIndex(1, FenceCity.Make(300).Select((fence, i) => fence with { DwellSeconds = i % 3 == 0 ? 40 : null }));
        CrossingDetector quick = new(index, new GeofencesOptions()), thorough = new(index, new GeofencesOptions()) { LookAlways = true };
        var random = new Random(9);
        List<Crossing> one = [], other = [];
        for (var i = 0; i < 30; i++)
        {
            DriverPresence mine = new(), theirs = new();
            var (lat, lng) = FenceCity.Place(300, random);
            var course = 0.0;
            for (var j = 0; j < 1_500; j++)
            {
                course += random.NextDouble() - 0.5;
                lat += 0.0001 * Math.Sin(course);
                lng += 0.00012 * Math.Cos(course);
                var fix = new DriverFix(Town.Start + j * 1_000, lat + 0.00003 * random.NextDouble(), lng) { AccuracyMeters = 3 + 5 * random.NextSingle() };
                quick.Take(mine, fix, one);
                thorough.Take(theirs, fix, other);
            }
        }

        Assert.True(other.Count > 200, $"{other.Count} crossings");
        Assert.Equal(other, one);
        Assert.True(quick.Questions < thorough.Questions * 0.8, $"{quick.Questions} questions of {thorough.Questions}");
    }

    [Fact]
    public void Near_FindsAllFencesThatTouchTheBox()
    {
        var fences = FenceCity.Make(2_000);
        var index = new FenceIndex(1, fences);
        List<Fence> found = [];
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var (lat, lng) = FenceCity.Place(2_000, random);
            var box = new Envelope(lng, lng + 0.003, lat, lat + 0.003);
            index.Near(box, found);
            Assert.Equal(
                fences.Where(fence => fence.Shape.Bounds.Intersects(box)).Select(fence => fence.Id).Order(StringComparer.Ordinal),
                found.Select(fence => fence.Id).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void HugeFence_IsFoundWhereItIs_AndNotAllOverItsBox()
    {
        // A thin ring of 4,000 corners round the town: most of its box is not of it.
        var ring = new Fence("ring", 1, null, null, new FenceShape(new MultiPolygon([new Polygon(Circle(0.2, 2_000), [Circle(0.19, 2_000)])])));
        var index = new FenceIndex(1, [ring]);
        List<Fence> found = [];

        index.Near(new Envelope(new Coordinate(8, 47)), found);
        Assert.Empty(found);
        for (var i = 0; i < 360; i++)
        {
            var (sin, cos) = Math.SinCos(i * Math.PI / 180);
            index.Near(new Envelope(new Coordinate(8 + 0.195 * cos, 47 + 0.195 * sin)), found);
            Assert.Single(found);
        }
    }

    [Fact]
    public void Border_OfManyEdges_AnswersAsEveryEdgeAskedInTurn()
    {
        var random = new Random(3);
        var star = new Coordinate[1_001];
        for (var i = 0; i < 1_000; i++)
        {
            var (sin, cos) = Math.SinCos(i * Math.PI / 500);
            var radius = 0.05 + 0.05 * random.NextDouble();
            star[i] = new Coordinate(8 + radius * cos, 0.0 + radius * sin);
        }

        star[1_000] = star[0];
        var polygon = new Polygon(new LinearRing(star));
        var shape = new FenceShape(new MultiPolygon([polygon]));
        List<double> cuts = [];
        for (var i = 0; i < 300; i++)
        {
            Coordinate from = new(8 + 0.2 * (random.NextDouble() - 0.5), 0.2 * (random.NextDouble() - 0.5)), to = new(8 + 0.2 * (random.NextDouble() - 0.5), 0.2 * (random.NextDouble() - 0.5));
            shape.Cut(from.Y, from.X, to.Y, to.X, cuts);
            // NetTopologySuite's own intersection as the oracle.
            Assert.Equal(polygon.ExteriorRing.Intersection(new LineString([from, to])).NumPoints, cuts.Count);
            Assert.Equal(polygon.Covers(new Point(from)), shape.Covers(from.Y, from.X));
            var distance = polygon.ExteriorRing.Distance(new Point(from)) * 111_319.49;
            Assert.Equal(Math.Min(5_000, distance), shape.MetersToBorder(from.Y, from.X, 5_000), 5_000 * 1e-4);
        }
    }

    private static (double PerFix, double Hits) Questions(IReadOnlyList<Fence> fences)
    {
        var detector = new CrossingDetector(new FenceIndex(1, fences), new GeofencesOptions()) { LookAlways = true };
        var random = new Random(7);
        List<Crossing> told = [];
        long stays = 0;
        const int Drivers = 50, Fixes = 40;
        for (var i = 0; i < Drivers; i++)
        {
            var driver = new DriverPresence();
            var (lat, lng) = FenceCity.Place(fences.Count, random);
            for (var j = 0; j < Fixes; j++)
            {
                detector.Take(driver, new DriverFix(Town.Start + j * 1_000, lat, lng + j * 0.00005) { AccuracyMeters = 5 }, told);
                stays += driver.Stays.Count(stay => stay.Inside);
            }
        }

        return ((double)detector.Questions / (Drivers * Fixes), (double)stays / (Drivers * Fixes));
    }

    private static LinearRing Circle(double radius, int corners)
    {
        var points = new Coordinate[corners + 1];
        for (var i = 0; i < corners; i++)
        {
            var (sin, cos) = Math.SinCos(i * 2 * Math.PI / corners);
            points[i] = new Coordinate(8 + radius * cos, 47 + radius * sin);
        }

        points[corners] = points[0];
        return new LinearRing(points);
    }
}
