using Microsoft.Extensions.Time.Testing;
using RideTracker.Client;
using RideTracker.Client.Buffering;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tests.Client;

/// <summary>The buffer's order, its bound and its memory of what was settled.</summary>
public class FixBufferTests
{
    private static readonly HashSet<int> None = [];
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_WithoutAnOutage_IsInOrderAndAtMostTheReportSize()
    {
        var buffer = Filled(10, 5);
        Assert.Equal([1, 2, 3], Times(buffer.Take(3)!));
        Assert.Equal([4, 5], Times(buffer.Take(3)!));
        Assert.Null(buffer.Take(3));
        Assert.Equal(5, buffer.Buffered);
    }

    [Fact]
    public void NewestFirst_MeansTheNewestByTimeNotByArrival()
    {
        var buffer = Filled(10, 3);
        buffer.Add(new DriverFix(9, 0, 0));
        buffer.Add(new DriverFix(4, 0, 0));
        buffer.BeginConnection();
        Assert.Equal([9], Times(buffer.Take(10)!));
        Assert.Equal([1, 2, 3, 4], Times(buffer.Take(10)!));
    }

    [Fact]
    public void Returned_ReportsGoBackToTheirPlace()
    {
        var buffer = Filled(10, 4);
        var report = buffer.Take(2)!;
        buffer.Return(report);
        Assert.Equal([1, 2, 3, 4], Times(buffer.Take(10)!));
        Assert.Null(buffer.Settle(report, None));
    }

    [Fact]
    public void Full_GivesUpTheOldestWaitingOne_NeverWhatIsUnderWay()
    {
        var buffer = Filled(4, 4);
        var report = buffer.Take(2)!;
        buffer.Add(new DriverFix(5, 0, 0));
        Assert.Equal((5, 1, 4), (buffer.Reported, buffer.Dropped, buffer.Buffered));
        Assert.Equal(0, buffer.Settle(report, None));
        Assert.Equal([4, 5], Times(buffer.Take(9)!));
    }

    [Fact]
    public void SentAgain_IsOnlyWhatWasSettledLatelyAndNotRefused_AndTravelsApart()
    {
        var buffer = Filled(10, 2);
        buffer.Settle(buffer.Take(2)!, None);
        _time.Advance(TimeSpan.FromSeconds(61));
        for (var i = 3; i <= 5; i++) buffer.Add(new DriverFix(i, 0, 0));
        buffer.Settle(buffer.Take(2)!, new HashSet<int> { 1 });
        buffer.SendSettledAgain();
        var again = buffer.Take(9)!;
        Assert.Equal([3], Times(again));
        Assert.Equal([5], Times(buffer.Take(9)!));
        Assert.Equal(1, buffer.Settle(again, None));
        Assert.Equal(1, buffer.Buffered);
        Assert.False(buffer.IsEmpty);
    }

    [Fact]
    public void Backoff_IsRandomBelowABoundThatDoubles()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), () => 0.5);
        Assert.Equal([0.5, 1, 2, 2.5, 2.5], Enumerable.Range(0, 5).Select(_ => backoff.Next().TotalSeconds));
        backoff.Reset();
        Assert.Equal(0.5, backoff.Next().TotalSeconds);
    }

    private static long[] Times(FixReport report) => [.. report.Fixes.Select(f => f.Fix.FixTimeMs)];

    private FixBuffer Filled(int capacity, int fixes)
    {
        var buffer = new FixBuffer(capacity, TimeSpan.FromSeconds(60), _time);
        for (var i = 1; i <= fixes; i++) buffer.Add(new DriverFix(i, 0, 0));
        return buffer;
    }
}
