namespace RideTracker.LoadTest.Results;

/// <summary>What a fan-out run measured, and whether it counts.</summary>
internal sealed record FanOutResult
{
    /// <summary>Under this share of the expected deliveries a run is void: conflation must not make it cheap.</summary>
    public const double LeastDelivered = 0.999;

    private const double LeastRate = 0.99;

    public required string Target { get; init; }

    public required int Riders { get; init; }

    public required int Topics { get; init; }

    public required string Wire { get; init; }

    public required double MeasuredSeconds { get; init; }

    /// <summary>Messages a second that were asked for.</summary>
    public required double AskedRate { get; init; }

    /// <summary>Messages sent in the measured time.</summary>
    public required long Sent { get; init; }

    /// <summary>Messages that were due but could not go out, warm-up included.</summary>
    public required long HeldBack { get; init; }

    /// <summary>Fixes sent, warm-up included.</summary>
    public required long FixesSentInAll { get; init; }

    /// <summary>Fixes (or messages, where nobody counts fixes) that were accepted, warm-up included; null where nobody says.</summary>
    public long? Accepted { get; init; }

    /// <summary>Whether <see cref="Accepted"/> counts fixes of RideTracker, each once.</summary>
    public bool CountsFixes { get; init; }

    public required long Duplicates { get; init; }

    public required long Rejected { get; init; }

    public required long Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>How often a rider's connection was ended by the server.</summary>
    public required long RiderEnds { get; init; }

    /// <summary>Deliveries that the messages of the measured time should make: riders of each message's topic.</summary>
    public required long Expected { get; init; }

    /// <summary>Distinct (rider, state) pairs of those that arrived.</summary>
    public required long Delivered { get; init; }

    /// <summary>States older than the rider's last one.</summary>
    public required long Backwards { get; init; }

    public required long Unknown { get; init; }

    /// <summary>From the sending to the rider's reading.</summary>
    public required LatencyResult Latency { get; init; }

    /// <summary>From a report's sending to its settling.</summary>
    public LatencyResult? AckLatency { get; init; }

    /// <summary>CPU time of the servers from the first measured message until the queues were empty.</summary>
    public required IReadOnlyDictionary<string, double> CpuSeconds { get; init; }

    /// <summary>Bytes that riders got, by their sockets, in all.</summary>
    public required long BytesIn { get; init; }

    public required long DeliveredInAll { get; init; }

    /// <summary>Growth of the servers' resident memory from before the riders connected until 2 s after, before any traffic, per rider.</summary>
    public required IReadOnlyDictionary<string, double> IdleBytesPerRider { get; init; }

    /// <summary>Process-wide allocations of the server per delivery; null where it does not tell.</summary>
    public double? AllocatedBytesPerDelivery { get; init; }

    /// <summary>CPU of the generator's process while measuring: near 1, it is what was measured.</summary>
    public required double GeneratorCpuShare { get; init; }

    /// <summary>CPU that others took on the servers' core.</summary>
    public required double OthersCpuShare { get; init; }

    public bool IsInterrupted { get; init; }

    public IReadOnlyDictionary<string, double> Counters { get; init; } = new Dictionary<string, double>();

    public double DeliveredPerSecond => MeasuredSeconds > 0 ? Delivered / MeasuredSeconds : 0;

    /// <summary>The figure: CPU-seconds of all servers per million deliveries.</summary>
    public double CpuPerMillion => Delivered > 0 ? CpuSeconds.Values.Sum() * 1e6 / Delivered : double.NaN;

    /// <summary>Why the run does not count; empty if it does.</summary>
    public IReadOnlyList<string> VoidReasons => [.. Reasons()];

    private IEnumerable<string> Reasons()
    {
        if (IsInterrupted) yield return "interrupted";
        if (Expected == 0) yield return "nothing was expected to arrive";
        else if (Delivered < LeastDelivered * Expected) yield return FormattableString.Invariant($"delivered {100.0 * Delivered / Expected:0.00} % of what was expected, under 99.9 %");
        if (MeasuredSeconds > 0 && Sent > 0 && Sent < LeastRate * AskedRate * MeasuredSeconds) yield return FormattableString.Invariant($"sent {Sent / MeasuredSeconds:#,0}/s where {AskedRate:#,0}/s were asked for");
        if (Accepted < LeastDelivered * FixesSentInAll) yield return FormattableString.Invariant($"accepted {Accepted:#,0} of {FixesSentInAll:#,0} fixes");
        if (Backwards > 0) yield return FormattableString.Invariant($"{Backwards:#,0} states were older than what their rider had");
        if (CountsFixes && Counters.TryGetValue("historyFixes", out var history) && !IsInterrupted && Math.Abs(history - (Accepted ?? 0)) > 0.001 * history)
            yield return FormattableString.Invariant($"{history:#,0} fixes came through the history queue where {Accepted:#,0} were accepted");
    }
}
