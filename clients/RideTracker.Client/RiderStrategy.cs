namespace RideTracker.Client;

/// <summary>How a rider's states are delivered. All four give the same states with the same cursors.</summary>
public enum RiderStrategy
{
    /// <summary>Short polling: a GET now and then.</summary>
    Poll,

    /// <summary>Long polling: a GET that the server holds until there is something new.</summary>
    LongPoll,

    /// <summary>Server-sent events: one answer that goes on.</summary>
    Sse,

    WebSocket,
}

/// <summary>The wire's words for <see cref="RiderStrategy"/>, as in <c>/v1/capabilities</c>.</summary>
public static class RiderStrategies
{
    public static string ToWire(this RiderStrategy strategy) => strategy switch
    {
        RiderStrategy.Poll => "poll",
        RiderStrategy.LongPoll => "long-poll",
        RiderStrategy.Sse => "sse",
        RiderStrategy.WebSocket => "websocket",
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "No such strategy."),
    };

    /// <summary>Reads the wire's word; false if it is none.</summary>
    public static bool TryParse(string? word, out RiderStrategy strategy)
    {
        foreach (var candidate in Enum.GetValues<RiderStrategy>())
        {
            strategy = candidate;
            if (candidate.ToWire() == word) return true;
        }

        strategy = default;
        return false;
    }
}
