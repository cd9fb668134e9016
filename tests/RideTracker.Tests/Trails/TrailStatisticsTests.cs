using RideTracker.Records.Trails;
using RideTracker.Records.Trails.Export;

namespace RideTracker.Tests.Trails;

/// <summary>The sums of a trail, by the rules of docs/protocol.md section 4.</summary>
public class TrailStatisticsTests
{
    // Metres of a degree of latitude on the sphere of GeoMath.
    private const double Degree = 111_195.0797;
    private static readonly DateTimeOffset Start = new(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void NoFix_IsNothing()
    {
        var summary = Sum();

        Assert.Equal((0, 0, 0.0, 0.0), (summary.Fixes, summary.LeftOut, summary.Distance, summary.Duration));
        Assert.Null(summary.First);
        Assert.Null(summary.AverageSpeed);
        Assert.Null(summary.TopSpeed);
        Assert.Empty(summary.Stops);
    }

    [Fact]
    public void NoiseAtRest_DrivesNoMetres()
    {
        var random = new Random(7);

        var summary = Sum([.. Enumerable.Range(0, 600).Select(i => Fix(i, random.NextDouble() * 4, 0))]);

        Assert.InRange(summary.Distance, 0, 5);
        var stop = Assert.Single(summary.Stops);
        Assert.Equal((Start.ToUnixTimeMilliseconds(), Start.AddSeconds(599).ToUnixTimeMilliseconds()), (stop.From, stop.To));
    }

    [Fact]
    public void SlowDrive_CountsEachMetre()
    {
        // 2 m/s: each step is below the least one.
        var summary = Sum([.. Enumerable.Range(0, 501).Select(i => Fix(i, 2 * i, 0))]);

        Assert.Equal(1_000, summary.Distance, tolerance: 0.5);
        Assert.Equal(2, summary.AverageSpeed!.Value, tolerance: 0.01);
        Assert.Equal(2, summary.TopSpeed!.Value, tolerance: 0.01);
        Assert.Empty(summary.Stops);
    }

    [Fact]
    public void WrongPlace_IsLeftOut_AndAfterAWrongFirstOneTheRightOnesCountAgain()
    {
        var jump = Sum([Fix(0, 0, 0), Fix(1, 10, 0), Fix(2, 5_000, 0), Fix(3, 30, 0)]);
        var wrongFirst = Sum([Fix(0, 900, 0), .. Enumerable.Range(1, 60).Select(i => Fix(i, i, 0))]);

        Assert.Equal((3, 1), (jump.Fixes, jump.LeftOut));
        Assert.Equal(30, jump.Distance, tolerance: 0.5);
        Assert.Equal(17, wrongFirst.LeftOut);
        Assert.Equal(44, wrongFirst.Fixes);
    }

    [Fact]
    public void StopsBetweenDrives_AreEachTold_AndATrafficLightIsNone()
    {
        List<TrailFix> trail = [];
        var second = 0;
        double at = 0;
        Drive(60);
        Rest(119);
        Drive(60);
        Rest(300);
        Drive(60);

        var summary = Sum([.. trail]);

        var stop = Assert.Single(summary.Stops);
        Assert.Equal(1_200, (stop.Lat - 37) * Degree, tolerance: 50);
        Assert.InRange(stop.To - stop.From, 280_000, 290_000);

        void Drive(int seconds)
        {
            for (var i = 0; i < seconds; i++) trail.Add(Fix(second++, at += 10, 0));
        }

        void Rest(int seconds)
        {
            for (var i = 0; i < seconds; i += 20, second += 20) trail.Add(Fix(second, at, 0));
        }
    }

    [Fact]
    public void ReportedSpeed_GoesBeforeTheOneBetweenPlaces()
    {
        var summary = Sum([Fix(0, 0, 0, 3), Fix(1, 20, 0, 9.5f), Fix(2, 40, 0)]);

        Assert.Equal(9.5, summary.TopSpeed);
    }

    private static TrailSummary Sum(params TrailFix[] fixes)
    {
        var statistics = new TrailStatistics();
        foreach (var fix in fixes) statistics.Take(fix, startsRun: false);
        statistics.End();
        return statistics.Summary(new TrailTitle("d1", null));
    }

    private static TrailFix Fix(int second, double north, double east, float? speed = null) => new()
    {
        Driver = "d1",
        FixTime = Start.AddSeconds(second),
        ReceivedTime = Start,
        Latitude = 37 + north / Degree,
        Longitude = -122 + east / Degree,
        SpeedMps = speed,
    };
}
