using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>Takes one report to the hub and says how it went: for the doors where each call is answered by itself.</summary>
internal sealed class ReportIntake(IngestHub hub, IngestMetrics metrics, TimeProvider time)
{
    /// <summary>Checks a report and tries once to have the hub take it.</summary>
    /// <param name="door">Where it came in.</param>
    /// <param name="track">Its driver's; held by the caller.</param>
    /// <param name="fixes">One at least.</param>
    /// <param name="advise">What to advise on the way.</param>
    /// <param name="cancellationToken">The caller is gone: the report counts as not taken.</param>
    public async ValueTask<Settlement> SettleAsync(
        Door door, DriverTrack track, ReadOnlyMemory<DriverFix> fixes, Func<HubVerdict, Advice?> advise, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (!await LoadAsync(track, cancellationToken)) return NotTaken(door, HubOutcome.Unavailable);
        var report = track.Check(fixes.Span, time.GetUtcNow().ToUnixTimeMilliseconds());
        var verdict = new HubVerdict(HubOutcome.Taken, 0, 0, 0, OnTrip: false);
        Advice? advice = null;
        if (report.Passed is { } passed)
        {
            verdict = await WriteAsync(track, passed, cancellationToken);
            if (verdict.Outcome != HubOutcome.Taken) track.Lost();
            else track.Taken(in verdict);
            if (verdict is { Outcome: HubOutcome.Taken, OffDuty: { } offDuty }) report.RefuseOffDuty(offDuty);
            advice = advise(verdict);
            if (verdict.Outcome != HubOutcome.Taken) return NotTaken(door, verdict.Outcome);
        }

        var duplicates = verdict.Duplicates + report.Repeated;
        metrics.Settled(door, verdict.Accepted, duplicates, report.Refused, time.GetElapsedTime(started));
        return new Settlement(HubOutcome.Taken, new Ack(
            verdict.Accepted,
            duplicates,
            [.. report.Refused.Select(fix => new Rejection(null, fix.Index, fix.Reason.ToWire()))],
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            hub.Incarnation(),
            advice));
    }

    /// <summary>Asks the hub what it knows of the driver, where that is needed before a check; false if it can't be reached.</summary>
    public async ValueTask<bool> LoadAsync(DriverTrack track, CancellationToken cancellationToken)
    {
        if (!track.MustLoad) return true;
        try
        {
            track.Load((await hub.ReadSlotAsync(track.Driver, cancellationToken))?.Newest);
            return true;
        }
        catch (HubUnavailableException)
        {
            return false;
        }
    }

    private async ValueTask<HubVerdict> WriteAsync(DriverTrack track, DriverReport passed, CancellationToken cancellationToken)
    {
        try
        {
            return await hub.WriteAsync(passed, cancellationToken);
        }
        catch (HubUnavailableException)
        {
            return HubVerdict.Unavailable;
        }
        catch
        {
            track.Lost();
            throw;
        }
    }

    private Settlement NotTaken(Door door, HubOutcome outcome)
    {
        metrics.NotTaken(door);
        return new Settlement(outcome, null);
    }
}

/// <summary>How a report was taken.</summary>
/// <param name="Outcome">Whether it is settled.</param>
/// <param name="Ack">What settles it; null where it is not.</param>
internal readonly record struct Settlement(HubOutcome Outcome, Ack? Ack);
