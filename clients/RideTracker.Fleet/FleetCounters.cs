using RideTracker.Client;

namespace RideTracker.Fleet;

/// <summary>What became of the fixes of many drivers, and how their connections stand.</summary>
/// <param name="Fixes">The sums of all drivers' counters.</param>
/// <param name="Connected">Drivers that are connected.</param>
/// <param name="Drivers">All of them.</param>
/// <param name="LastError">What went wrong last with one of those that are not connected.</param>
public sealed record FleetCounters(DriverCounters Fixes, int Connected, int Drivers, string? LastError)
{
    /// <summary>Adds up.</summary>
    public static FleetCounters Sum(IEnumerable<DriverConnection> connections)
    {
        var (sum, connected, drivers) = (new DriverCounters(), 0, 0);
        string? error = null;
        var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var connection in connections)
        {
            var one = connection.Counters;
            drivers++;
            if (connection.State == DriverConnectionState.Connected) connected++;
            else error = connection.LastError ?? error;
            foreach (var (reason, count) in one.RejectedByReason) reasons[reason] = reasons.GetValueOrDefault(reason) + count;
            sum = new()
            {
                Reported = sum.Reported + one.Reported,
                Sent = sum.Sent + one.Sent,
                Accepted = sum.Accepted + one.Accepted,
                Duplicates = sum.Duplicates + one.Duplicates,
                Rejected = sum.Rejected + one.Rejected,
                RejectedByReason = reasons,
                Dropped = sum.Dropped + one.Dropped,
                Buffered = sum.Buffered + one.Buffered,
                Resettled = sum.Resettled + one.Resettled,
                Reconnects = sum.Reconnects + one.Reconnects,
            };
        }

        return new(sum, connected, drivers, error);
    }
}
