using System.Diagnostics.Metrics;

namespace RideTracker.Records.Webhooks;

/// <summary>What webhooks count.</summary>
internal sealed class WebhooksMetrics
{
    private readonly Counter<long> _tries;

    public WebhooksMetrics(IMeterFactory meters) =>
        _tries = meters.Create("RideTracker.Webhooks").CreateCounter<long>("ridetracker.webhooks.tries", "{try}", "Tries of deliveries by the state they left them in: delivered, pending (failed, tried again), dead.");

    public void Tried(string state) => _tries.Add(1, new KeyValuePair<string, object?>("state", state));
}
