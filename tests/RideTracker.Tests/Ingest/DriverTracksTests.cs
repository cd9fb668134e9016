using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Protocol;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>How long a node remembers a driver, and how many.</summary>
public sealed class DriverTracksTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_764_000_000));

    [Fact]
    public void Track_SharedByConnections_IsTheSame()
    {
        var tracks = Tracks(10);
        var first = tracks.Hold(Id(1), out var one);
        var second = tracks.Hold(Id(1), out var two);

        Assert.Same(first, second);
        Assert.Equal((1, 2), (one, two));
    }

    [Fact]
    public void Track_WithoutHolders_IsKeptForMinutesThenForgotten()
    {
        var tracks = Tracks(10);
        var track = tracks.Hold(Id(1), out _);
        tracks.Release(track);
        _clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Same(track, tracks.Hold(Id(1), out _));
        tracks.Release(track);

        _clock.Advance(TimeSpan.FromMinutes(11));
        tracks.Release(tracks.Hold(Id(2), out _));

        Assert.Equal(1, tracks.Count);
        Assert.NotSame(track, tracks.Hold(Id(1), out _));
    }

    [Fact]
    public void Tracks_BeyondTheirLimit_AreForgottenButForThoseHeld()
    {
        var tracks = Tracks(100);
        var held = tracks.Hold(Id(0), out _);
        for (var i = 1; i <= 10_000; i++)
        {
            tracks.Release(tracks.Hold(Id(i), out _));
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        // Swept once a second at most: 100 come in between.
        Assert.InRange(tracks.Count, 1, 201);
        Assert.Same(held, tracks.Hold(Id(0), out _));
    }

    [Fact]
    public void Track_IdleForLong_IsReadAgain()
    {
        var tracks = Tracks(10);
        var track = tracks.Hold(Id(1), out _);
        track.Load(null);
        tracks.Release(track);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(tracks.Hold(Id(1), out _).MustLoad);
        tracks.Release(track);
        _clock.Advance(TimeSpan.FromSeconds(11));

        Assert.True(tracks.Hold(Id(1), out _).MustLoad);
    }

    private DriverTracks Tracks(int maxIdle) => new(Options.Create(new IngestOptions { MaxIdleTracks = maxIdle }), _clock);

    private static DriverId Id(int number) => DriverId.Parse("d" + number);
}
