using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>Counts the states that riders got: each once per rider, only those that are newer than what the rider had.</summary>
internal sealed class Deliveries(SendLog log, Stamp stamp)
{
    /// <summary>Latencies of the states that were sent in the measured window.</summary>
    public LatencyHistogram Latencies { get; private set; } = new();

    /// <summary>States sent from here on are measured (monotonic ns).</summary>
    public long FromNs { get; set; } = long.MaxValue;

    /// <summary>States sent from here on are not measured any more.</summary>
    public long UntilNs { get; set; } = long.MaxValue;

    /// <summary>States of the measured window that arrived.</summary>
    public long Measured => Latencies.Count;

    /// <summary>States that arrived in all, warm-up included.</summary>
    public long Total { get; private set; }

    /// <summary>States whose time was before that of the rider's last one: never right.</summary>
    public long Backwards { get; private set; }

    /// <summary>States that this run did not send, such as those from its setup, or whose sending is forgotten.</summary>
    public long Unknown { get; private set; }

    /// <summary>Begins to measure anew: what is sent from here on.</summary>
    public void Begin(long nowNs)
    {
        Latencies = new LatencyHistogram();
        FromNs = nowNs;
        UntilNs = long.MaxValue;
    }

    /// <summary>A rider got a state.</summary>
    public void OnState(Rider rider, long value)
    {
        if (value <= rider.LastStamp)
        {
            // The same again is a change of something else, such as `stale`, or a resume.
            if (value < rider.LastStamp) Backwards++;
            return;
        }

        rider.LastStamp = value;
        var sent = stamp == Stamp.FixTime ? log.Find(rider.Topic, value) : value;
        if (sent < 0)
        {
            Unknown++;
            return;
        }

        rider.LastSentNs = sent;
        rider.States++;
        Total++;
        if (sent >= FromNs && sent < UntilNs) Latencies.Record(Clock.Ns - sent);
    }
}
