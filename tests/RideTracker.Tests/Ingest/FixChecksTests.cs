using CsCheck;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>The checks and their order, and the track that they are made against.</summary>
public sealed class FixChecksTests
{
    private const long Now = 1_764_000_000_000;
    private const double MetersPerDegree = 111_195;

    private static readonly FixLimits Limits = new();
    private static readonly DriverId Driver = DriverId.Parse("d1");

    public static TheoryData<long, double, double, double?, string> Table() => new()
    {
        { Now, 37.77, -122.41, null, "" },
        { Now, 37.77, -122.41, 200, "" },
        { Now, 85.05, 180, null, "" },
        { Now, -85.05, -180, null, "" },
        { Now + 30_000, 0, 0, null, "" },
        { Now - 7 * 86_400_000L, 0, 0, null, "" },
        { 0, 37.77, -122.41, null, "malformed" },
        { -1, 37.77, -122.41, null, "malformed" },
        { long.MinValue, 37.77, -122.41, null, "malformed" },
        { Now, double.NaN, -122.41, null, "malformed" },
        { Now, 37.77, double.PositiveInfinity, null, "malformed" },
        { Now, 85.0500001, 0, null, "out-of-range" },
        { Now, 91, 0, null, "out-of-range" },
        { Now, 0, -180.0000001, null, "out-of-range" },
        { Now, 0, 361, null, "out-of-range" },
        { Now + 30_001, 0, 0, null, "future" },
        { long.MaxValue, 0, 0, null, "future" },
        { Now - 7 * 86_400_000L - 1, 0, 0, null, "too-old" },
        { 1, 0, 0, null, "too-old" },
        { Now, 0, 0, 200.1, "inaccurate" },
        // The order of the checks: the first reason counts.
        { 0, 91, 0, 500, "malformed" },
        { Now + 60_000, 91, 0, 500, "out-of-range" },
        { Now + 60_000, 0, 0, 500, "future" },
        { 1, 0, 0, 500, "too-old" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void EachCheck_AtItsLimit_AnswersWithTheContractsReason(long time, double lat, double lng, double? accuracy, string expected)
    {
        var fix = new DriverFix(time, lat, lng) { AccuracyMeters = (float?)accuracy };

        var reason = FixChecks.Find(in fix, null, Limits, Now);

        Assert.Equal(expected, reason?.ToWire() ?? "");
    }

    [Fact]
    public void Checks_StandInTheOrderOfTheContract() =>
        // Who is off duty is the hub's to say.
        Assert.Equal(Enum.GetNames<RejectReason>().Except([nameof(RejectReason.OffDuty)]), FixChecks.InOrder.Select(check => check.Method.Name));

    [Fact]
    public void JumpCheck_TeleportOf5KmIn1Second_IsRefused()
    {
        var track = Track();
        track.Check([Fix(0, 0)], Now);

        Assert.Equal("1:jump", Verdict(track.Check([Fix(1, 5_000)], Now), 1));
    }

    [Theory]
    [InlineData(89, false)]
    [InlineData(91, true)]
    public void JumpCheck_AtItsSpeedLimit_RefusesOnlyWhatIsFaster(double meters, bool refused)
    {
        var track = Track();

        Assert.Equal(refused ? 1 : 0, track.Check([Fix(0, 0), Fix(1, meters)], Now).Refused.Count);
    }

    [Fact]
    public void JumpCheck_ReportOutOfOrder_ComparesNeighboursByTime()
    {
        var report = Track().Check([Fix(2, 160), Fix(0, 0), Fix(1, 80), Fix(3, 9_000)], Now);

        Assert.Equal([new RefusedFix(3, RejectReason.Jump)], report.Refused);
        Assert.Equal([0, 1, 2], report.Passed!.Fixes.Select(fix => (int)(fix.FixTimeMs - Base) / 1000));
    }

    [Fact]
    public void LateFix_HoweverFar_IsNoJump()
    {
        var track = Track();
        track.Check([Fix(100, 0)], Now);

        Assert.Empty(track.Check([Fix(99, 50_000), Fix(50, 90_000)], Now).Refused);
        Assert.Empty(track.Check([Fix(101, 50)], Now).Refused);
    }

    [Fact]
    public void NewPlace_ThreeInARowThatAgree_IsConfirmedByTheThird()
    {
        var report = Track().Check([Fix(0, 0), Fix(1, 50_000), Fix(2, 50_010), Fix(3, 50_020), Fix(4, 50_030)], Now);

        Assert.Equal([1, 2], report.Refused.Select(fix => fix.Index));
        Assert.Equal(3, report.Passed!.Fixes.Count);
    }

    [Fact]
    public void NewPlace_ConfirmedWhileTheHubIsAway_IsNoJumpWhenItComesAgain()
    {
        var track = Track();
        track.Load(Fix(0, 0));
        track.Check([Fix(1, 50_000)], Now);
        track.Check([Fix(2, 50_010)], Now);
        Assert.Empty(track.Check([Fix(3, 50_020)], Now).Refused);

        // The hub did not take it, and still has the old place.
        track.Lost();
        track.Load(Fix(0, 0));

        Assert.Empty(track.Check([Fix(3, 50_020)], Now).Refused);
    }

    [Fact]
    public void NewPlace_OneFixThatDoesNotAgree_BeginsAnew()
    {
        var report = Track().Check([Fix(0, 0), Fix(1, 50_000), Fix(2, 90_000), Fix(3, 90_010), Fix(4, 90_020)], Now);

        Assert.Equal([1, 2, 3], report.Refused.Select(fix => fix.Index));
    }

    [Fact]
    public void NewPlace_AFixFromTheOldPlaceBetween_BeginsAnew()
    {
        var report = Track().Check([Fix(0, 0), Fix(1, 50_000), Fix(2, 50_010), Fix(3, 10), Fix(4, 50_020), Fix(5, 50_030)], Now);

        Assert.Equal([1, 2, 4, 5], report.Refused.Select(fix => fix.Index));
    }

    [Fact]
    public void NewPlace_TheSameFixThreeTimes_IsNotConfirmed()
    {
        var track = Track();
        track.Check([Fix(0, 0)], Now);

        for (var i = 0; i < 5; i++) Assert.Single(track.Check([Fix(1, 50_000)], Now).Refused);
    }

    [Fact]
    public void SameTimeTwice_InAReport_CountsTheSecondAsDuplicate()
    {
        var report = Track().Check([Fix(1, 80), Fix(0, 0), Fix(1, 70)], Now);

        Assert.Equal(1, report.Repeated);
        Assert.Empty(report.Refused);
        Assert.Equal([0.0, 80.0], report.Passed!.Fixes.Select(fix => Math.Round(fix.Latitude * MetersPerDegree)));
    }

    [Fact]
    public void BatchOrSingles_InOrderOfTime_GiveTheSameVerdicts() => Reports.Sample(fixes =>
    {
        var batch = Track();
        var singles = Track();
        var ordered = fixes.OrderBy(fix => fix.FixTimeMs).ToArray();

        var together = batch.Check(ordered, Now);
        var alone = ordered.Select(fix => singles.Check([fix], Now)).ToList();

        Assert.Equal(
            alone.SelectMany((report, i) => report.Refused.Select(fix => (i, fix.Reason))),
            together.Refused.Select(fix => (fix.Index, fix.Reason)));
    });

    [Fact]
    public void Report_WhateverIsInIt_IsAccountedForWhole() => Reports.Sample(fixes =>
    {
        var report = Track().Check(fixes, Now);
        var passed = report.Passed?.Fixes ?? [];

        Assert.Equal(fixes.Length, passed.Count + report.Repeated + report.Refused.Count);
        Assert.True(passed.Zip(passed.Skip(1)).All(pair => pair.First.FixTimeMs < pair.Second.FixTimeMs));
        Assert.True(report.Refused.Zip(report.Refused.Skip(1)).All(pair => pair.First.Index < pair.Second.Index));
    });

    [Fact]
    public void Track_WhereAnotherNodeMovedTheDriverOn_IsReadAgain()
    {
        var track = Track();
        track.Check([Fix(0, 0)], Now);

        track.Taken(new HubVerdict(HubOutcome.Taken, 1, 0, Fix(9, 0).FixTimeMs, false));
        Assert.True(track.MustLoad);
        track.Load(Fix(9, 700));

        Assert.False(track.MustLoad);
        Assert.Single(track.Check([Fix(10, 5_000)], Now).Refused);
        Assert.Empty(track.Check([Fix(11, 750)], Now).Refused);
    }

    [Fact]
    public void Track_AfterALostReport_GoesBackToWhatTheHubKnows()
    {
        var track = Track();
        track.Check([Fix(0, 0)], Now);
        track.Taken(new HubVerdict(HubOutcome.Taken, 1, 0, Fix(0, 0).FixTimeMs, false));
        var report = track.Check([Fix(1, 50_000), Fix(2, 50_010), Fix(3, 50_020)], Now);
        Assert.NotNull(report.Passed);

        track.Lost();
        Assert.True(track.MustLoad);
        track.Load(Fix(0, 0));

        // The same again, sent again: the same verdicts.
        Assert.Equal(report.Refused, track.Check([Fix(1, 50_000), Fix(2, 50_010), Fix(3, 50_020)], Now).Refused);
    }

    [Fact]
    public void Track_ReadWhileAReportIsUnderWay_KeepsWhatIsNewer()
    {
        var track = Track();
        track.Check([Fix(5, 0)], Now);

        track.Load(Fix(1, 90_000));

        Assert.Empty(track.Check([Fix(6, 10)], Now).Refused);
    }

    [Fact]
    public void Bucket_AboveItsRate_SaysHowLongToWait()
    {
        var bucket = new FixBucket(perSecond: 500, burst: 10_000);

        Assert.Equal(TimeSpan.Zero, bucket.Take(10_000, Now));
        Assert.Equal(TimeSpan.FromSeconds(1), bucket.Take(500, Now));
        Assert.Equal(TimeSpan.FromMilliseconds(400), bucket.Take(500, Now + 600));
        Assert.Equal(TimeSpan.Zero, bucket.Take(500, Now + 1_000));
        Assert.Equal(TimeSpan.Zero, bucket.Take(10_000, Now + 60_000));
    }

    private const long Base = Now - 600_000;

    // Times collide and places lie near two towns, so that jumps, new places, duplicates and refusals all happen.
    private static readonly Gen<DriverFix[]> Reports =
        from fixes in (
            from second in Gen.Int[0, 40]
            from town in Gen.Frequency((6, Gen.Const(0.0)), (4, Gen.Const(50_000.0)))
            from meters in Gen.Double[-200, 200]
            from kind in Gen.Int[0, 30]
            select kind switch
            {
                0 => DriverFix.Malformed,
                1 => Fix(second, town + meters) with { AccuracyMeters = 300 },
                2 => new DriverFix(Now + 100_000 + second, 0, 0),
                _ => Fix(second, town + meters),
            }).Array[1, 60]
        select fixes;

    private static DriverTrack Track()
    {
        var track = new DriverTrack(Driver, new IngestOptions());
        track.Load(null);
        return track;
    }

    private static DriverFix Fix(int second, double metersNorth) => new(Base + second * 1000, metersNorth / MetersPerDegree, 0);

    private static string Verdict(CheckedReport report, int number) =>
        string.Join(",", report.Refused.Select(fix => $"{number}:{fix.Reason.ToWire()}"));
}
