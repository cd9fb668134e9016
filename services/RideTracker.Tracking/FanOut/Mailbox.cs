using System.Threading.Tasks.Sources;

namespace RideTracker.Tracking.FanOut;

/// <summary>What one look into a mailbox found; any of them may be there.</summary>
/// <param name="Frame">The newest state since the last look.</param>
/// <param name="Alive">It was silent for so long that a sign of life is due.</param>
/// <param name="Pong">The text of a ping to be answered (a JSON value).</param>
/// <param name="Goodbye">Why the stream ends after the rest was written.</param>
public readonly record struct Mail(StateFrame? Frame, bool Alive, byte[]? Pong, Goodbye? Goodbye);

/// <summary>Why a stream ends.</summary>
/// <param name="Kind">What the client is told.</param>
/// <param name="Reason">The machine-readable name.</param>
/// <param name="RetryMs">When draining: after how long to come back.</param>
public sealed record Goodbye(GoodbyeKind Kind, string Reason, int RetryMs = 0)
{
    public static Goodbye TokenExpired { get; } = new(GoodbyeKind.End, "token-expired");

    public static Goodbye TokenRevoked { get; } = new(GoodbyeKind.End, "token-revoked");

    public static Goodbye Disconnected { get; } = new(GoodbyeKind.Silent, "disconnected");

    /// <summary>A held long poll's time is over.</summary>
    public static Goodbye Deadline { get; } = new(GoodbyeKind.Silent, "deadline");

    public static Goodbye Breach { get; } = new(GoodbyeKind.Breach, "protocol-breach");

    public static Goodbye TooBig { get; } = new(GoodbyeKind.TooBig, "too-big");

    public static Goodbye Drain(int retryMs) => new(GoodbyeKind.Drain, "draining", retryMs);
}

/// <summary>What kind of end a stream has.</summary>
public enum GoodbyeKind
{
    /// <summary>For good: <c>end</c>, with the reason.</summary>
    End,

    /// <summary>This node goes away: come back after the delay.</summary>
    Drain,

    /// <summary>Nothing to be said: nobody listens any more, or the answer says it.</summary>
    Silent,

    /// <summary>The client did what it must not.</summary>
    Breach,

    /// <summary>The client's message was too big.</summary>
    TooBig,
}

/// <summary>
/// One subscriber's place for what comes next: keeps the newest frame and counts what it replaced, so that a client that reads slowly skips states,
/// never delays another, and costs one reference. One reader; any number of writers, who never wait.
/// </summary>
/// <remarks>
/// What is offered wakes the reader on the writer's own thread, so that a state goes out without a hop: writers hold no lock while they call
/// <see cref="Wake()"/>, and readers do not block. Everything that ends or keeps a stream alive wakes it on the thread pool.
/// </remarks>
public sealed class Mailbox : IValueTaskSource<Mail>
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _signal;
    private StateFrame? _frame;
    private Goodbye? _goodbye;
    private byte[]? _pong;
    private bool _alive;
    private bool _waiting;
    private bool _set;

    /// <summary>States that were replaced before they were written.</summary>
    public long Replaced { get; private set; }

    /// <summary>Puts a state in place of the one that waits, if any, and holds it. Whoever waits for it is woken by <see cref="Wake()"/>, to be called next.</summary>
    public void Offer(StateFrame frame)
    {
        frame.Retain();
        StateFrame? replaced;
        lock (_lock)
        {
            replaced = _frame;
            if (replaced is not null) Replaced++;
            _frame = frame;
            _set = true;
        }

        replaced?.Release();
    }

    /// <summary>Lets the reader take what was offered, on this thread.</summary>
    public void Wake() => Wake(inline: true);

    /// <summary>A sign of life is due.</summary>
    public void OfferAlive()
    {
        lock (_lock) _alive = _set = true;
        Wake(inline: false);
    }

    /// <summary>A ping is to be answered; a second one before the first was answered takes its place.</summary>
    public void OfferPong(byte[] text)
    {
        lock (_lock)
        {
            _pong = text;
            _set = true;
        }

        Wake(inline: false);
    }

    /// <summary>Ends the stream after what waits; the first reason counts.</summary>
    public void Close(Goodbye goodbye)
    {
        lock (_lock)
        {
            _goodbye ??= goodbye;
            _set = true;
        }

        Wake(inline: false);
    }

    /// <summary>The client's connection is gone: ends the stream on this thread, so that its file is free before another connection wants one.</summary>
    public void Disconnect()
    {
        lock (_lock)
        {
            _goodbye ??= Goodbye.Disconnected;
            _set = true;
        }

        Wake(inline: true);
    }

    /// <summary>Something may have changed: wakes the reader with an empty mail.</summary>
    public void Signal()
    {
        lock (_lock) _set = true;
        Wake(inline: false);
    }

    /// <summary>Waits until there is something, and takes it all; a frame in it is the reader's to release.</summary>
    public ValueTask<Mail> TakeAsync()
    {
        lock (_lock)
        {
            if (_set) return new(Take());
            _signal.Reset();
            _waiting = true;
            return new(this, _signal.Version);
        }
    }

    private void Wake(bool inline)
    {
        lock (_lock)
        {
            if (!_waiting || !_set) return;
            _waiting = false;
        }

        // Only whoever ended the waiting gets here, and the reader waits anew only after this.
        _signal.RunContinuationsAsynchronously = !inline;
        _signal.SetResult(true);
    }

    // Under the lock.
    private Mail Take()
    {
        _set = false;
        var mail = new Mail(_frame, _alive, _pong, _goodbye);
        _frame = null;
        _alive = false;
        _pong = null;
        return mail;
    }

    Mail IValueTaskSource<Mail>.GetResult(short token)
    {
        _signal.GetResult(token);
        lock (_lock) return Take();
    }

    ValueTaskSourceStatus IValueTaskSource<Mail>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<Mail>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);
}
