using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>One open stream or held poll: its mailbox, and the times at which something is due for it. The clock of <see cref="RiderStreams"/> looks at them.</summary>
/// <param name="strategy">How its client gets its states.</param>
/// <param name="caller">Whose it is.</param>
/// <param name="abort">Cuts the connection.</param>
/// <param name="nextAliveMs">When the next sign of life is due if something is written now (Unix ms).</param>
public sealed class RiderStream(Strategy strategy, in Caller caller, Action abort, Func<long> nextAliveMs)
{
    private Action _abort = abort;

    public Mailbox Mailbox { get; } = new();

    public Strategy Strategy => strategy;

    /// <summary>The name of its token, empty if it has none.</summary>
    public string Jti { get; } = caller.Jti;

    /// <summary>With which trip its token ends, where the stream does not show that trip itself and so would not end by it.</summary>
    public TripId? EndsWith { get; set; }

    /// <summary>When its token ends (Unix ms).</summary>
    public long ExpiresMs { get; } = caller.ExpiresAt.ToUnixTimeMilliseconds();

    /// <summary>When a sign of life is due (Unix ms); <see cref="long.MaxValue"/> = never.</summary>
    public long AliveDueMs { get; set; } = long.MaxValue;

    /// <summary>When a held poll is to be answered (Unix ms); <see cref="long.MaxValue"/> = never.</summary>
    public long DeadlineMs { get; set; } = long.MaxValue;

    /// <summary>Since when a write waits for the client (Unix ms); 0 = none does.</summary>
    public long WritingSinceMs { get; set; }

    // Where it stands in the clock's wheel; the clock's own.
    internal RiderStream? Next { get; set; }

    internal RiderStream? Previous { get; set; }

    internal int Slot { get; set; } = -1;

    internal bool Gone { get; set; }

    /// <summary>The client took nothing for too long.</summary>
    public bool TooSlow { get; private set; }

    /// <summary>Something was written: the next sign of life is due that much later.</summary>
    public void Postpone() => AliveDueMs = nextAliveMs();

    /// <summary>The stream goes on by another way, which is cut by this.</summary>
    public void GoOn(Action abort) => _abort = abort;

    /// <summary>Cuts the connection: the client takes nothing, so nothing can be told to it.</summary>
    public void AbortSlow()
    {
        TooSlow = true;
        Cut();
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut()
    {
        Mailbox.Close(Goodbye.Disconnected);
        _abort();
    }
}
