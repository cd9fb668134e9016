using RideTracker.Protocol.Geo;

namespace RideTracker.Tests.Protocol;

/// <summary>What holds of every estimate; how good it is on real rides is tested beside the traces (RideTracker.IntegrationTests, Replay).</summary>
public class TravelTimeTests
{
    // 12:00 by the sun at the meridian of Greenwich.
    private static readonly long Noon = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private const double DegreesPerMeter = 1 / 111_195.1;

    [Fact]
    public void Straight_FromAPlaceToItself_IsNothing() => Assert.Equal(new TravelEstimate(0, 0), TravelTime.Straight(47, 8, 47, 8, Noon, 12));

    [Theory]
    [InlineData(100, 130, 41)]
    [InlineData(500, 650, 206)]
    [InlineData(1_500, 1_950, 386)]
    [InlineData(4_500, 5_850, 926)]
    [InlineData(20_000, 26_000, 1_371)]
    [InlineData(100_000, 130_000, 4_971)]
    public void Straight_ByDay_GrowsInBands(double straight, double meters, double seconds)
    {
        var estimate = Estimate(straight, Noon, null);
        Assert.Equal(meters, estimate.Meters, 0.001 * meters);
        Assert.Equal(seconds, estimate.Seconds, 1.0);
    }

    [Fact]
    public void Straight_Farther_IsNeverSooner()
    {
        var seconds = Enumerable.Range(0, 3_000).Select(i => Estimate(i * 20, Noon, 8).Seconds).ToList();
        Assert.Equal(seconds.Order(), seconds);
    }

    [Theory]
    [InlineData(0, 0.84)]
    [InlineData(7, 1)]
    [InlineData(16, 1.1)]
    [InlineData(20, 0.9)]
    [InlineData(23, 0.84)]
    public void Straight_AtOtherHours_TakesOtherTimes(int hour, double factor)
    {
        var there = Noon + (hour - 12) * 3_600_000L;
        Assert.Equal(factor * Estimate(2_000, Noon, null).Seconds, Estimate(2_000, there, null).Seconds, 1e-6);
    }

    [Theory]
    [InlineData(0, 12)]
    [InlineData(90, 6)]
    [InlineData(-120, 20)]
    [InlineData(180, 0)]
    [InlineData(-180, 0)]
    public void Straight_GoesByTheSunThere(double lng, int utcHour)
    {
        // Noon by the sun, whatever the clock says.
        var time = new DateTimeOffset(2026, 5, 1, utcHour, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(Estimate(2_000, Noon, null).Seconds, TravelTime.Straight(0, lng, 2_000 * DegreesPerMeter, lng, time, null).Seconds, 1e-6);
    }

    [Fact]
    public void Straight_OfACarThatComesOnSlower_TakesLonger_WithinBounds()
    {
        var fresh = Estimate(2_000, Noon, null).Seconds;
        double[] speeds = [60, 5.4, 4, 3, 2, 1, 0.1, 0];
        var seconds = speeds.Select(speed => Estimate(2_000, Noon, speed).Seconds).ToList();
        Assert.Equal(seconds.Order(), seconds);
        Assert.Equal(0.8 * fresh, seconds[0], 1e-6);
        Assert.Equal(0.8 * fresh, seconds[1], 1e-6);
        Assert.InRange(seconds[3], 0.9 * fresh, 0.97 * fresh);
        Assert.Equal(fresh, seconds[^1], 1e-6);
    }

    [Fact]
    public void AlongStreets_TakesTheAllowedTimeAndWhatTrafficAdds()
    {
        Assert.Equal(0, TravelTime.AlongStreets(0, 0, Noon, 0));
        Assert.Equal(100 * 1.716 + 84, TravelTime.AlongStreets(1_000, 100, Noon, 0), 1e-6);
        Assert.Equal(30 * 1.716 + 42, TravelTime.AlongStreets(300, 30, Noon, 0), 1e-6);
        Assert.Equal(0.84 * (100 * 1.716 + 84), TravelTime.AlongStreets(1_000, 100, Noon + 12 * 3_600_000L, 0), 1e-6);
    }

    private static TravelEstimate Estimate(double straight, long time, double? recent) => TravelTime.Straight(0, 0, straight * DegreesPerMeter, 0, time, recent);
}
