namespace RideTracker.Tracking.Hub;

/// <summary>Takes checked reports to the hub: gathers while a call is under way, one script call per partition and batch.</summary>
public sealed class HubWriter
{
    /// <summary>Queues a report and answers once the hub did. Reports of one driver are taken in the order of these calls.</summary>
    public ValueTask<HubVerdict> WriteAsync(DriverReport report, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{report} {cancellationToken}");
}
