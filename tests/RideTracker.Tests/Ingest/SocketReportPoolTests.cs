using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>Reports that are used again: nothing of one may be seen in the next.</summary>
public sealed class SocketReportPoolTests
{
    private const long Now = 1_764_000_000_000;

    [Fact]
    public void CheckedReport_UsedAgainForAnotherDriver_HasNothingOfTheReportBefore()
    {
        var report = new CheckedReport();
        Track("d1").CheckInto(report, [Fix(1), Fix(1), Fix(2), DriverFix.Malformed], Now);
        Assert.Equal((2, 1, 1), (report.Passed!.Fixes.Count, report.Repeated, report.Refused.Count));

        Track("d2").CheckInto(report, [Fix(7)], Now);

        Assert.Equal("d2", report.Passed!.Driver.Value);
        Assert.Equal([Fix(7)], report.Passed.Fixes);
        Assert.Equal([Fix(7)], report.Passed.Span.ToArray());
        Assert.Equal(0, report.Repeated);
        Assert.Empty(report.Refused);
    }

    [Fact]
    public void CheckedReport_UsedAgainForWhatIsAllRefused_PassesNothing()
    {
        var report = new CheckedReport();
        Track("d1").CheckInto(report, [Fix(1), Fix(2)], Now);

        Track("d1").CheckInto(report, [DriverFix.Malformed], Now);

        Assert.Null(report.Passed);
        Assert.Equal([new RefusedFix(0, RejectReason.Malformed)], report.Refused);
    }

    [Fact]
    public void CheckedReport_AfterALargeReport_KeepsNoRoomForIt()
    {
        var report = new CheckedReport();
        Track("d1").CheckInto(report, [.. Enumerable.Range(0, 400).Select(Fix)], Now);
        var fixes = (List<DriverFix>)report.Passed!.Fixes;
        Assert.Equal(400, fixes.Count);

        report.Clear();

        Assert.InRange(fixes.Capacity, 0, 32);
    }

    [Fact]
    public void Return_OfASettledReport_ForgetsAllOfIt()
    {
        var pool = new SocketReportPool();
        var first = pool.Rent(null!, 5, 6);
        first.Fixes = 2;
        first.Unreadable = ReadReport.Unreadable("no JSON");
        first.Verdict = new HubVerdict(HubOutcome.Taken, 1, 1, Now, true);
        first.Done = true;
        first.Retrying = new Retry(new IngestOptions());
        Track("d1").CheckInto(first.Checked, [Fix(1), DriverFix.Malformed], Now);
        pool.Return(first);

        var second = pool.Rent(null!, 1, 2);

        Assert.Same(first, second);
        Assert.Equal((1, 2), (second.Number, second.ReadAt));
        Assert.Equal(0, second.Fixes);
        Assert.Null(second.Unreadable);
        Assert.Equal(default, second.Verdict);
        Assert.False(second.Done);
        Assert.Null(second.Retrying);
        Assert.Null(second.Checked.Passed);
        Assert.Empty(second.Checked.Refused);
    }

    [Fact]
    public void Answer_ToAReportThatIsSettledAlready_IsAnErrorAndSettlesNoOther()
    {
        var pool = new SocketReportPool();
        var report = pool.Rent(null!, 1, 0);
        pool.Return(report);

        Assert.Throws<InvalidOperationException>(() => report.Answer(HubVerdict.Unavailable));
    }

    private static DriverTrack Track(string driver)
    {
        var track = new DriverTrack(DriverId.Parse(driver), new IngestOptions());
        track.Load(null);
        return track;
    }

    private static DriverFix Fix(int second) => new(Now - 600_000 + second * 1_000, 0, 0);
}
