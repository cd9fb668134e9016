using CsCheck;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tests.FanOut;

public class TripTrackTests
{
    private const long Start = 1_764_000_000_000;

    [Fact]
    public void Track_OfAnyLength_HasTheNewestPlacesOldestFirst()
    {
        var track = new TripTrack();
        for (var i = 0; i < 500; i++)
        {
            track.Add(Point(i));
            Assert.Equal(Math.Min(i + 1, TripTrack.MaxCount), track.Count);
            Assert.Equal(Point(i), track[track.Count - 1]);
            Assert.Equal(Point(i + 1 - track.Count), track[0]);
        }

        Assert.Equal(Enumerable.Range(500 - TripTrack.MaxCount, TripTrack.MaxCount).Select(Point), Enumerable.Range(0, track.Count).Select(i => track[i]));
    }

    [Fact]
    public void Track_HasRoomForAllThatAResumeShows() => Assert.True(TripTrack.MaxCount >= new FanOutOptions().ResumePathPoints);

    [Fact]
    public void Place_OfSevenDecimals_IsKeptExactly() => Gen.Select(Gen.Int[-900_000_000, 900_000_000], Gen.Int[-1_800_000_000, 1_800_000_000]).Sample((lat, lng) =>
    {
        var track = new TripTrack();
        var point = new TrackPoint(Start, Start - 86_400_000, lat / 1e7, lng / 1e7);
        track.Add(in point);
        Assert.Equal(point, track[0]);
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Index_OutsideTheTrack_IsRefused(int index)
    {
        var track = new TripTrack();
        track.Add(Point(0));

        Assert.Throws<ArgumentOutOfRangeException>(() => track[index]);
    }

    private static TrackPoint Point(int i) => new(Start + i * 1_000 + 50, Start + i * 1_000, 470_000_000 / 1e7, (80_000_000 + i) / 1e7);
}
