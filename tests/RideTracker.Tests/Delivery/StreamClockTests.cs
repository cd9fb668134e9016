using RideTracker.Hosting.Access;
using RideTracker.Tracking.Delivery;

namespace RideTracker.Tests.Delivery;

public class StreamClockTests
{
    private const int Tick = 200;
    private const long Start = 1_764_000_000_000;

    private readonly StreamClock _clock = new(Start, Tick);

    [Fact]
    public void Advance_GivesEachStreamOnceItsTimeHasCome_AndNotBefore()
    {
        var (soon, later) = (Stream(), Stream());
        _clock.Set(soon, Start + 1_000);
        _clock.Set(later, Start + 15_000);
        Assert.Empty(Due(Start + 999));
        Assert.Equal([soon], Due(Start + 1_000 + Tick));
        Assert.Empty(Due(Start + 14_999));
        Assert.Equal([later], Due(Start + 15_000 + Tick));
        Assert.Empty(Due(Start + 1_000_000));
    }

    [Fact]
    public void Set_Again_MovesTheStream()
    {
        var stream = Stream();
        _clock.Set(stream, Start + 1_000);
        _clock.Set(stream, Start + 5_000);
        Assert.Empty(Due(Start + 4_900));
        Assert.Equal([stream], Due(Start + 5_000 + Tick));
    }

    [Fact]
    public void Remove_TakesTheStreamOutForGood()
    {
        var (stays, goes) = (Stream(), Stream());
        _clock.Set(goes, Start + 1_000);
        _clock.Set(stays, Start + 1_000);
        _clock.Remove(goes);
        _clock.Set(goes, Start + 1_000);
        Assert.Equal([stays], Due(Start + 2_000));
    }

    [Fact]
    public void Advance_AfterALongPauseOrAClockThatWasSetBack_GivesAll()
    {
        var streams = Enumerable.Range(0, 100).Select(i => (Stream: Stream(), Due: Start + i * 1_500L)).ToList();
        foreach (var (stream, due) in streams) _clock.Set(stream, due);
        Assert.Equal(100, Due(Start + 3_600_000).Count);
        foreach (var (stream, _) in streams) _clock.Set(stream, Start + 3_610_000);
        Assert.Equal(100, Due(Start).Count);
    }

    [Fact]
    public void Set_FurtherAheadThanATurn_IsLookedAtAfterATurn()
    {
        var stream = Stream();
        _clock.Set(stream, Start + 86_400_000);
        Assert.Empty(Due(Start + 90_000));
        Assert.Equal([stream], Due(Start + 110_000));
    }

    private List<RiderStream> Due(long nowMs)
    {
        List<RiderStream> due = [];
        _clock.Advance(nowMs, due);
        return due;
    }

    private static RiderStream Stream() => new(Strategy.Sse, default(Caller), () => { }, () => 0);
}
