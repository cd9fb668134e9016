using RideTracker.Protocol;
using RideTracker.Simulator.Traces;

namespace RideTracker.Tests.Simulator;

/// <summary>A recorded day becomes now: spacing kept, ending now, never in the future, never too old.</summary>
public class DriverDayTests
{
    private const long Start = 1_764_000_000_000;

    // Four minutes: 60 s, 60 s, then a gap of two minutes and a bit; the last step is a glitch.
    private static readonly DriverDay Day = new(
        DriverId.Parse("d"), [new(1_000, 37, -122), new(61_000, 37.005, -122), new(121_000, 37.005, -122), new(245_000, 37.006, -122), new(246_000, 38, -122)]);

    [Fact]
    public void AtSpeedOne_EachFixHasTheTimeAtWhichItIsSent()
    {
        for (var i = 0; i < Day.Points.Count; i++) Assert.Equal(Start + (long)Day.SendAt(i, 1).TotalMilliseconds, Day.FixAt(i, Start, 1).FixTimeMs);
    }

    [Theory]
    [InlineData(2), InlineData(60), InlineData(100_000)]
    public void Faster_KeepsTheSpacingAndEndsNow(double speed)
    {
        for (var i = 1; i < Day.Points.Count; i++)
        {
            Assert.Equal(Day.Points[i].TimeMs - Day.Points[i - 1].TimeMs, Day.FixAt(i, Start, speed).FixTimeMs - Day.FixAt(i - 1, Start, speed).FixTimeMs);
            Assert.True(Day.FixAt(i, Start, speed).FixTimeMs <= Start + Day.SendAt(i, speed).TotalMilliseconds);
        }

        var last = Day.Points.Count - 1;
        Assert.Equal(Start + Day.SendAt(last, speed).TotalMilliseconds, Day.FixAt(last, Start, speed).FixTimeMs, 1.0);
    }

    [Fact]
    public void SpeedAndCourse_ComeFromTheFixBefore_WhereThatIsPlausible()
    {
        Assert.Null(Day.FixAt(0, Start, 1).SpeedMps);
        Assert.Equal((9.3f, 0f), (Day.FixAt(1, Start, 1).SpeedMps, Day.FixAt(1, Start, 1).HeadingDegrees));
        Assert.Equal((0f, null), (Day.FixAt(2, Start, 1).SpeedMps, Day.FixAt(2, Start, 1).HeadingDegrees));
        Assert.Equal((null, null), (Day.FixAt(3, Start, 1).SpeedMps, Day.FixAt(3, Start, 1).HeadingDegrees));
        Assert.Null(Day.FixAt(4, Start, 1).SpeedMps);
    }

    [Fact]
    public void Within_LeavesOutWhatWouldBeTooOldWhenSent()
    {
        Assert.Same(Day, Day.Within(TimeSpan.FromSeconds(1), 1));
        Assert.Equal(3, Day.Within(TimeSpan.FromSeconds(130), 1e9).Points.Count);
    }
}
