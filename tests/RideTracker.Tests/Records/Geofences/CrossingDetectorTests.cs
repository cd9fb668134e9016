using RideTracker.Protocol.Geo;
using RideTracker.Records.Geofences.Crossings;

namespace RideTracker.Tests.Records.Geofences;

/// <summary>Crossings of one driver: each told once, with its own time.</summary>
public class CrossingDetectorTests
{
    [Fact]
    public void Drive_IntoAFenceAndOut_EntersAndExitsAtTheBorder()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100));

        Assert.Empty(town.At(0, -100, 0));
        Assert.Equal(["enter f@10"], town.At(20, 100, 0));
        Assert.Empty(town.At(25, 150, 0));
        Assert.Equal(["exit f@30"], town.At(35, 250, 0));
        Assert.Empty(town.At(40, 300, 0));
        Assert.Empty(town.Driver.Stays);
    }

    [Fact]
    public void Drive_RightThroughBetweenTwoFixes_EntersAndExits()
    {
        var town = new Town(Town.Box("f", 0, -100, 40, 100));

        town.At(0, -80, 0);

        Assert.Equal(["enter f@4", "exit f@6"], town.At(10, 120, 0));
        Assert.Empty(town.At(20, 300, 0));
    }

    [Fact]
    public void Drive_ThroughSeveralFencesInOneStep_TellsThemInTheOrderOfTheWay()
    {
        var town = new Town(Town.Box("b", 100, -10, 200, 10), Town.Box("a", 300, -10, 400, 10), Town.Box("all", 50, -10, 950, 10));

        town.At(0, 0, 0);

        Assert.Equal(["enter all@5", "enter b@10", "exit b@20", "enter a@30", "exit a@40", "exit all@95"], town.At(100, 1000, 0));
    }

    [Fact]
    public void Drive_OutAndInAgainWithinOneStep_ExitsAndEnters()
    {
        // A horseshoe: the straight way from one leg to the other leaves it.
        var town = new Town(Town.Area("u", null, (0, 0), (300, 0), (300, 300), (200, 300), (200, 100), (100, 100), (100, 300), (0, 300)));
        Assert.Equal(["enter u@0"], town.At(0, 50, 200));

        Assert.Equal(["exit u@5", "enter u@15"], town.At(20, 250, 200));
    }

    [Fact]
    public void Drive_ThroughANarrowFence_WithOneFixInsideNearTheBorder_CountsOnce()
    {
        var town = new Town(Town.Box("f", 0, -100, 16, 100));

        town.At(0, -40, 0);
        var told = town.At(5, 8, 0).Concat(town.At(10, 56, 0)).Concat(town.At(15, 104, 0)).ToList();

        Assert.Equal(["enter f@4.2", "exit f@5.8"], told);
    }

    [Fact]
    public void Drive_SlowlyThroughANarrowFence_CountsOnce()
    {
        var town = new Town(Town.Box("f", 0, -100, 40, 100));
        List<string> told = [];
        for (var i = 0; i < 30; i++) told.AddRange(town.At(i, -100 + i * 8, 0, accuracy: 5));

        Assert.Equal(["enter f@12.5", "exit f@17.5"], told);
    }

    [Fact]
    public void Drive_AcrossAHole_ExitsAndEntersAgain()
    {
        var town = new Town(Town.Area("ring", null, (0, 0), (900, 0), (900, 300), (0, 300)) with { Shape = Ring() });

        town.At(0, -100, 150);
        Assert.Equal(["enter ring@10"], town.At(20, 100, 150));
        Assert.Equal(["exit ring@40", "enter ring@70"], town.At(90, 800, 150));
    }

    [Fact]
    public void FirstFix_InsideAFence_EntersThere()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100));

        Assert.Equal(["enter f@7"], town.At(7, 100, 0));
        Assert.True(town.Last[0].AtFix);
    }

    [Fact]
    public void Gap_TooLongInTime_IsNotJoined_AndTheNewFixTellsTheState()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100), Town.Box("between", -80, -100, -40, 100));

        town.At(0, -100, 0);

        Assert.Equal(["enter f@400"], town.At(400, 100, 0));
        Assert.True(town.Last[0].AtFix);
        Assert.Equal(["exit f@900"], town.At(900, 500, 0));
    }

    [Fact]
    public void Jump_TooFar_IsNotJoined()
    {
        var town = new Town(Town.Box("f", 19_900, -100, 20_100, 100), Town.Box("between", 500, -100, 800, 100));

        town.At(0, 0, 0);

        Assert.Equal(["enter f@250"], town.At(250, 20_000, 0));
    }

    [Fact]
    public void LateFix_ChangesNothing()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100));
        town.At(0, -100, 0);
        town.At(20, 100, 0);

        Assert.Empty(town.At(10, -500, 0));
        Assert.Empty(town.At(20, -500, 0));
        Assert.Empty(town.At(21, 110, 0));
    }

    [Fact]
    public void InaccurateFix_IsNoEvidence()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100));
        town.At(0, -100, 0);

        Assert.Empty(town.At(10, 100, 0, accuracy: 101));
        Assert.Empty(town.At(20, -100, 0));
    }

    [Fact]
    public void Dwell_ComesOncePerStay_ByTheTimesOfFixes()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100, dwell: 60));
        town.At(0, -100, 0);
        Assert.Equal(["enter f@10"], town.At(20, 100, 0));
        Assert.Empty(town.At(69, 100, 0));
        Assert.Equal(["dwell f@70"], town.At(71, 100, 0));
        Assert.Empty(town.At(200, 100, 0));
        Assert.Equal(["exit f@210"], town.At(220, -100, 0));
        Assert.Equal(["enter f@230"], town.At(240, 100, 0));
        Assert.Equal(["dwell f@290"], town.At(300, 100, 0));
    }

    [Fact]
    public void Dwell_DueBeforeTheExitThatTheNextFixShows_ComesBeforeIt()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100, dwell: 60));
        town.At(0, -100, 0);
        town.At(20, 100, 0);

        Assert.Equal(["dwell f@70", "exit f@120"], town.At(220, -100, 0));
        // Where the driver was then, not where it is at the fix that shows it.
        var (there, dwell) = (Town.Fix(70, 50, 0), town.Last[0]);
        Assert.Equal((there.Latitude, there.Longitude), (dwell.Lat, dwell.Lng), (left, right) => GeoMath.DistanceMeters(left.Item1, left.Item2, right.Item1, right.Item2) < 1);
    }

    [Fact]
    public void Dwell_OfAStayThatWasTooShort_DoesNotCome()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100, dwell: 60));
        town.At(0, -100, 0);
        town.At(20, 100, 0);

        Assert.Equal(["exit f@30"], town.At(40, -100, 0));
        Assert.Empty(town.At(100, -100, 0));
    }

    [Fact]
    public void Fence_DeletedUnderADriver_TakesItsStayWithItSilently()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100));
        town.At(0, 100, 0);
        var without = new Town { Driver = town.Driver };

        Assert.Empty(without.At(10, 100, 0));
        Assert.Empty(without.Driver.Stays);
    }

    [Fact]
    public void Fence_ChangedUnderADriver_IsJudgedAtTheNextFix()
    {
        var town = new Town(Town.Box("f", 0, -100, 200, 100));
        town.At(0, 100, 0);
        var moved = new Town(Town.Box("f", 300, -100, 500, 100) with { Version = 2 }) { Driver = town.Driver };

        Assert.Equal(["exit f@10"], moved.At(10, 100, 0));
        var back = new Town(Town.Box("f", 0, -100, 200, 100) with { Version = 3 }) { Driver = moved.Driver };
        Assert.Equal(["enter f@20"], back.At(20, 100, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void ParkedOnTheBorder_WithNoiseOf10Meters_DoesNotFlap(int seed)
    {
        // From the east along the border's normal, then parked on the border for two hours at one fix per second.
        var town = new Town(Town.Box("f", -500, -500, 0, 500));
        var noise = new Noise(seed, 10);
        List<string> told = [];
        for (var i = 0; i < 30; i++) told.AddRange(town.At(i, 300 - i * 10 + noise.Next(), noise.Next(), accuracy: 10));
        for (var i = 30; i < 7_230; i++) told.AddRange(town.At(i, noise.Next(), noise.Next(), accuracy: 10));

        // On the border it is in or out as one likes, but it stays so.
        Assert.True(told.Count <= 1, string.Join(", ", told));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Drive_ThroughManyFencesWithNoise_CrossesEachOnce(int seed)
    {
        // 40 blocks of 150 m with 150 m between them, at 12 m/s, one fix each 2 s.
        var town = new Town([.. Enumerable.Range(0, 40).Select(i => Town.Box(FormattableString.Invariant($"f{i:00}"), i * 300, -200, i * 300 + 150, 200))]);
        var noise = new Noise(seed, 10);
        List<string> told = [];
        for (var i = 0; i < 520; i++) told.AddRange(town.At(i * 2, -200 + i * 24 + noise.Next(), noise.Next(), accuracy: 10));

        var names = told.Select(text => text[..text.IndexOf('@', StringComparison.Ordinal)]).ToList();
        Assert.Equal(Enumerable.Range(0, 40).SelectMany(i => new[] { FormattableString.Invariant($"enter f{i:00}"), FormattableString.Invariant($"exit f{i:00}") }), names);
    }

    [Fact]
    public void ParkedInsideASmallFence_IsEnteredInTheEnd_FromWhenTheBorderWasCut()
    {
        // 30 m wide, errors of 10 m: no single fix is certain.
        var town = new Town(Town.Box("f", 0, -15, 30, 15));
        var noise = new Noise(5, 10);
        List<string> told = [];
        for (var i = 0; i < 10; i++) told.AddRange(town.At(i, -35 + i * 5, 0, accuracy: 10));
        for (var i = 10; i < 300; i++) told.AddRange(town.At(i, 15 + noise.Next() / 2, noise.Next() / 2, accuracy: 10));

        Assert.Equal(["enter f@7"], told);
    }

    [Fact]
    public void Antimeridian_IsNoBorder()
    {
        var area = GeoJsonAreaTests.Read("""{"type":"Polygon","coordinates":[[[179.9,-17.1],[-179.9,-17.1],[-179.9,-16.9],[179.9,-16.9],[179.9,-17.1]]]}""");
        var detector = new CrossingDetector(
            new RideTracker.Records.Geofences.Shapes.FenceIndex(1, [new RideTracker.Records.Geofences.Shapes.Fence("f", 1, null, null, new(area))]), new RideTracker.Records.Geofences.GeofencesOptions());
        var driver = new DriverPresence();
        List<Crossing> told = [];
        double[] way = [179.88, 179.94, 179.99, -179.96, -179.92, -179.88];
        for (var i = 0; i < way.Length; i++) detector.Take(driver, new(Town.Start + i * 60_000, -17, way[i]) { AccuracyMeters = 5 }, told);

        Assert.Equal(["enter", "exit"], told.Select(crossing => crossing.Kind));
        Assert.Equal(179.9, told[0].Lng, 6);
        Assert.Equal(-179.9, told[1].Lng, 6);
    }

    private static RideTracker.Records.Geofences.Shapes.FenceShape Ring()
    {
        var outer = Town.Area("o", null, (0, 0), (900, 0), (900, 300), (0, 300)).Shape.Bounds;
        var inner = Town.Area("i", null, (300, 100), (600, 100), (600, 200), (300, 200)).Shape.Bounds;
        var factory = NetTopologySuite.Geometries.GeometryFactory.Default;
        var area = (NetTopologySuite.Geometries.Polygon)factory.ToGeometry(outer).Difference(factory.ToGeometry(inner));
        return new(factory.CreateMultiPolygon([area]));
    }

    /// <summary>Errors of a receiver: normal, independent, the same each time.</summary>
    private sealed class Noise(int seed, double sigma)
    {
        private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15;

        public double Next() => sigma * Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

        // SplitMix64 (Steele, Lea, Flood, 2014).
        private double Uniform()
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            z ^= z >> 31;
            return ((z >> 11) + 0.5) / (1UL << 53);
        }
    }
}
