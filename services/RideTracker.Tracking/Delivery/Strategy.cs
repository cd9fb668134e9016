namespace RideTracker.Tracking.Delivery;

/// <summary>How a client gets its states.</summary>
public enum Strategy
{
    Poll,
    LongPoll,
    Sse,
    WebSocket,
}

/// <summary>The strategies' words on the wire and in metrics.</summary>
public static class Strategies
{
    private static readonly string[] Words = ["poll", "long-poll", "sse", "websocket"];

    public static int Count => Words.Length;

    public static string ToWire(this Strategy strategy) => Words[(int)strategy];

    /// <summary>Reads a strategy's word; false for any other text.</summary>
    public static bool TryParse(string? text, out Strategy strategy)
    {
        var index = Array.IndexOf(Words, text);
        strategy = (Strategy)Math.Max(index, 0);
        return index >= 0;
    }
}
