namespace RideTracker.Client.Watching;

/// <summary>What the client reads of <c>/v1/capabilities</c>.</summary>
/// <param name="Strategies">In the server's order of preference.</param>
/// <param name="MaxWaitSeconds">Longest <c>Prefer: wait</c>.</param>
/// <param name="PollIntervalMs">Time between two short polls.</param>
/// <param name="AliveSeconds">A stream is never silent for longer than this.</param>
internal sealed record RiderCapabilities(IReadOnlyList<string>? Strategies, int MaxWaitSeconds = 25, int PollIntervalMs = 2_000, int AliveSeconds = 15)
{
    // A dead stream is known after this many times the longest silence.
    private const double SilenceFactor = 1.5;

    public static IReadOnlyList<RiderStrategy> AllStrategies { get; } = [RiderStrategy.Sse, RiderStrategy.WebSocket, RiderStrategy.LongPoll, RiderStrategy.Poll];

    /// <summary>What is assumed until the server has answered.</summary>
    public static RiderCapabilities Default { get; } = new([.. AllStrategies.Select(strategy => strategy.ToWire())]);

    /// <summary>How long a stream may be silent.</summary>
    public TimeSpan Silence => TimeSpan.FromSeconds(AliveSeconds * SilenceFactor);

    public TimeSpan PollInterval => TimeSpan.FromMilliseconds(PollIntervalMs);

    /// <summary>The same, with the default where a number makes no sense.</summary>
    public RiderCapabilities Checked() => this with
    {
        MaxWaitSeconds = MaxWaitSeconds is >= 0 and <= 3_600 ? MaxWaitSeconds : Default.MaxWaitSeconds,
        PollIntervalMs = PollIntervalMs is > 0 and <= 3_600_000 ? PollIntervalMs : Default.PollIntervalMs,
        AliveSeconds = AliveSeconds is > 0 and <= 3_600 ? AliveSeconds : Default.AliveSeconds,
    };

    /// <summary>Those of the server's strategies that this client knows.</summary>
    public IReadOnlyList<RiderStrategy> Usable()
    {
        var usable = new List<RiderStrategy>();
        foreach (var word in Strategies ?? [])
            if (RiderStrategies.TryParse(word, out var strategy) && !usable.Contains(strategy)) usable.Add(strategy);
        return usable;
    }
}
