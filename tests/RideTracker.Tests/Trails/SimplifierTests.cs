using CsCheck;
using RideTracker.Protocol.Geo;
using RideTracker.Records.Trails;
using RideTracker.Records.Trails.Export;

namespace RideTracker.Tests.Trails;

/// <summary>What simplification may leave out, and what never.</summary>
public class SimplifierTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void AnyTrail_StaysWithinTheTolerance_AndKeepsItsEnds()
    {
        Gen.Select(Gen.Int[2, 2_600], Gen.Int[0, 100_000], Gen.Double[1, 200]).Sample((count, seed, tolerance) =>
        {
            var random = new Random(seed);
            double lat = 37, lng = 179.995, course = 0;
            var trail = new List<TrailFix>();
            for (var i = 0; i < count; i++)
            {
                course += random.NextDouble() - 0.5;
                lat += 0.0001 * Math.Cos(course);
                // It may drive over the antimeridian.
                lng = Math.IEEERemainder(lng + 0.0001 * Math.Sin(course), 360);
                trail.Add(Fix(i, lat, lng));
            }

            var kept = Simplify(trail, tolerance);

            Assert.Same(trail[0], kept[0]);
            Assert.Same(trail[^1], kept[^1]);
            for (int i = 0, next = 1; i < trail.Count; i++)
            {
                while (next < kept.Count - 1 && kept[next].FixTime < trail[i].FixTime) next++;
                // 1 mm more than told: the way is measured in another plane here.
                Assert.True(Distance(trail[i], kept[next - 1], kept[next]) <= tolerance * 1.001 + 0.001);
            }
        }, iter: 200);
    }

    [Fact]
    public void StraightLine_IsItsEndsAndThoseOfTheWindows()
    {
        var kept = Simplify([.. Enumerable.Range(0, 5_000).Select(i => Fix(i, 37 + i * 0.0001, -122))], 1);

        Assert.Equal([0, 999, 1_998, 2_997, 3_996, 4_995, 4_999], kept.Select(fix => (int)(fix.FixTime - Start).TotalSeconds));
    }

    [Fact]
    public void Corner_Stays()
    {
        var kept = Simplify([Fix(0, 37, -122), Fix(1, 37.001, -122), Fix(2, 37.002, -122), Fix(3, 37.002, -121.999), Fix(4, 37.002, -121.998)], 5);

        Assert.Equal([0, 2, 4], kept.Select(fix => (int)(fix.FixTime - Start).TotalSeconds));
    }

    [Fact]
    public void RunsOfTheTrail_StayApart()
    {
        var sink = new Keeper();
        var simplifier = new Simplifier(1_000, sink);
        for (var i = 0; i < 9; i++) simplifier.Take(Fix(i, 37, -122), startsRun: i % 3 == 0);
        simplifier.End();

        Assert.Equal([(0, true), (2, false), (3, true), (5, false), (6, true), (8, false)], sink.Kept.Select(kept => ((int)(kept.Fix.FixTime - Start).TotalSeconds, kept.StartsRun)));
        Assert.True(sink.Ended);
    }

    private static List<TrailFix> Simplify(List<TrailFix> trail, double tolerance)
    {
        var sink = new Keeper();
        var simplifier = new Simplifier(tolerance, sink);
        for (var i = 0; i < trail.Count; i++) simplifier.Take(trail[i], i == 0);
        simplifier.End();
        return [.. sink.Kept.Select(kept => kept.Fix)];
    }

    // In the plane around the fix itself, not around the start of a window.
    private static double Distance(TrailFix fix, TrailFix from, TrailFix to)
    {
        const double Meters = GeoMath.EarthRadiusMeters * Math.PI / 180;
        var shrink = Math.Cos(fix.Latitude * Math.PI / 180);
        (double X, double Y) At(TrailFix other) => (Math.IEEERemainder(other.Longitude - fix.Longitude, 360) * shrink * Meters, (other.Latitude - fix.Latitude) * Meters);
        var (ax, ay) = At(from);
        var (bx, by) = At(to);
        var length = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
        var t = length == 0 ? 0 : Math.Clamp(-(ax * (bx - ax) + ay * (by - ay)) / length, 0, 1);
        return Math.Sqrt(Math.Pow(ax + t * (bx - ax), 2) + Math.Pow(ay + t * (by - ay), 2));
    }

    private static TrailFix Fix(int second, double lat, double lng) =>
        new() { Driver = "d1", FixTime = Start.AddSeconds(second), ReceivedTime = Start, Latitude = lat, Longitude = lng };

    private sealed class Keeper : IFixSink
    {
        public List<(TrailFix Fix, bool StartsRun)> Kept { get; } = [];

        public bool Ended { get; private set; }

        public void Take(TrailFix fix, bool startsRun) => Kept.Add((fix, startsRun));

        public void End() => Ended = true;
    }
}
