using Microsoft.Extensions.Options;
using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Plans ways by an OSRM server, and by itself wherever that has no answer.</summary>
public sealed partial class OsrmPlanner(
    OsrmClient osrm, StreetPlanner own, IOptions<RoutingOptions> options, RoutingMetrics metrics, TimeProvider time, ILogger<OsrmPlanner> log) : IRoutePlanner
{
    private readonly OsrmPause _pause = new(options.Value.FailuresBeforePause, TimeSpan.FromSeconds(options.Value.PauseSeconds), time);

    public async ValueTask<PlannedWay> PlanAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken)
    {
        if (!_pause.MayAsk())
        {
            metrics.Asked(OsrmOutcome.Paused, TimeSpan.Zero);
            return await own.PlanAsync(from, to, cancellationToken);
        }

        var (outcome, way) = await AskAsync(from, to, cancellationToken);
        if (way is null) return await own.PlanAsync(from, to, cancellationToken);
        metrics.Planned(PlanSource.Osrm);
        return way;
    }

    private async Task<(OsrmOutcome, PlannedWay?)> AskAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        OsrmOutcome outcome;
        PlannedWay? way;
        try
        {
            (outcome, way) = await osrm.AskAsync(from, to, cancellationToken);
        }
        catch
        {
            _pause.Abandoned();
            throw;
        }

        metrics.Asked(outcome, time.GetElapsedTime(begun));
        // That there is no way is an answer too.
        if (outcome is OsrmOutcome.Ok or OsrmOutcome.NoRoute)
        {
            if (_pause.Succeeded()) LogBack();
        }
        else if (_pause.Failed())
        {
            LogPaused(options.Value.FailuresBeforePause, outcome, options.Value.PauseSeconds);
        }

        return (outcome, way);
    }
}
