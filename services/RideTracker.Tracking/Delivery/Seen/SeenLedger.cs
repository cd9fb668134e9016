namespace RideTracker.Tracking.Delivery.Seen;

/// <summary>Takes clients' reports of how old their picture is, so many of each token that a client which floods spoils no figure. Keeps nothing of who told what.</summary>
/// <param name="metrics">Where they are counted.</param>
/// <param name="time">The clock.</param>
public sealed class SeenLedger(SeenMetrics metrics, TimeProvider time)
{
    /// <summary>How often a token's reports count for long, in milliseconds. A client tells every 30 s: so six may look by one shared link.</summary>
    public const int EveryMs = 5_000;

    /// <summary>How many of a token's reports count at once.</summary>
    public const int Burst = 12;

    // 128 KB. Tokens whose names fall together share: with 50,000 of them they are three, half of what one place takes.
    private const int Places = 16_384;

    // When the next report of a place's tokens would be on time (Unix ms), had all come evenly: GCRA (ITU-T I.371, annex A).
    private readonly long[] _dueMs = new long[Places];

    /// <summary>The last minutes, for who asks this node how its riders fare.</summary>
    public SeenWindow Recent { get; } = new(time);

    /// <summary>Counts a report.</summary>
    /// <param name="token">Stands for the token: its name, or whose it is.</param>
    /// <param name="report">What the client told.</param>
    /// <returns>Whether it counted; not if the token told more than its share.</returns>
    public bool Count(object token, in SeenReport report)
    {
        if (!SeenReport.IsAge(report.AgeMs))
        {
            metrics.LeftOut(SeenRefusal.OutOfRange);
            return false;
        }

        if (!IsInTime(ref _dueMs[(uint)token.GetHashCode() % Places]))
        {
            metrics.LeftOut(SeenRefusal.TooOften);
            return false;
        }

        var seconds = report.AgeMs / 1000;
        metrics.Seen(report.Strategy, seconds);
        Recent.Add(seconds);
        return true;
    }

    private bool IsInTime(ref long dueMs)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        while (true)
        {
            var due = Volatile.Read(ref dueMs);
            // Further ahead than it can be: the system's clock was set back.
            var from = due > now + Burst * EveryMs ? now : Math.Max(due, now);
            if (from - now > (Burst - 1) * EveryMs) return false;
            if (Interlocked.CompareExchange(ref dueMs, from + EveryMs, due) == due) return true;
        }
    }
}
