namespace RideTracker.Tracking.Nodes;

/// <summary>What a node has done since its start.</summary>
internal readonly record struct NodeSums(long Accepted, long Rejected, long Delivered, long Polls);

/// <summary>What a node does in a second, from its sums of the last moments.</summary>
internal readonly record struct PerSecond(double Fixes, double Rejected, double Deliveries, double Polls);

/// <summary>Turns the sums that metrics have into rates over the last ten seconds. Not safe for threads.</summary>
/// <param name="time">The clock.</param>
internal sealed class NodeRates(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(long At, NodeSums Sums)> _past = new();

    /// <summary>Takes the sums of now.</summary>
    public PerSecond Next(NodeSums now)
    {
        var at = time.GetTimestamp();
        // The oldest stays until a younger one is old enough: so the rates are over the whole window.
        while (_past.Count > 1 && time.GetElapsedTime(_past.ElementAt(1).At, at) >= Window) _past.Dequeue();
        _past.Enqueue((at, now));
        var (since, then) = _past.Peek();
        var seconds = time.GetElapsedTime(since, at).TotalSeconds;
        return seconds > 0
            ? new(Rate(now.Accepted, then.Accepted), Rate(now.Rejected, then.Rejected), Rate(now.Delivered, then.Delivered), Rate(now.Polls, then.Polls))
            : default;

        double Rate(long sum, long before) => Math.Round((sum - before) / seconds, 1);
    }
}
