namespace RideTracker.Client.Watching;

/// <summary>What follows a connection: another one after a wait, or the end.</summary>
internal readonly record struct Next(TimeSpan Wait, RiderEnd? End);

/// <summary>Decides what follows a connection: which strategy, and after what wait. Pure: no I/O, no clock of its own; its owner locks.</summary>
/// <remarks>
/// A strategy that can't connect, or a stream that falls silent, gives way to the next one at once; after a full round of failures there is a wait.
/// A pinned strategy is never left. From a poll the ladder looks up again now and then. The TypeScript client has the same rules.
/// </remarks>
internal sealed class Ladder
{
    // A stream that opens and breaks this often without a word is taken for one that can't connect.
    private const int MuteDropsAllowed = 2;

    private readonly TimeSpan _climbAfter;
    private readonly Backoff _backoff;
    private IReadOnlyList<RiderStrategy> _rungs = RiderCapabilities.AllStrategies;
    private RiderStrategy? _pinned;
    private int _rung;
    private int _fallen;
    private int _muteDrops;
    private bool _heard;
    private TimeSpan _climb;
    private DateTimeOffset? _climbAt;
    private int? _climbedFrom;

    public Ladder(RiderConnectionOptions options, Func<double> random)
    {
        _pinned = options.Strategy;
        _climb = _climbAfter = options.ClimbAfter;
        _backoff = new Backoff(options.FirstBackoff, options.LongestBackoff, random);
    }

    /// <summary>The strategy to use now.</summary>
    public RiderStrategy Strategy => _pinned ?? _rungs[_rung];

    /// <summary>Whether the next token must be another one.</summary>
    public bool TokenRefused { get; private set; }

    /// <summary>Takes the server's list of strategies, keeping the place of the one in use.</summary>
    public void Offer(IReadOnlyList<RiderStrategy> strategies)
    {
        if (strategies.Count == 0) return;
        var current = _rungs[_rung];
        _rungs = strategies;
        _rung = Math.Max(0, strategies.ToList().IndexOf(current));
        if (_climbedFrom >= strategies.Count) _climbedFrom = null;
    }

    /// <summary>Uses only this strategy from now on, or, without one, the best that works.</summary>
    public void Pin(RiderStrategy? strategy)
    {
        _pinned = strategy;
        _rung = 0;
        StartOver();
    }

    /// <summary>Forgets past failures: the caller knows that the network is back.</summary>
    public void Forgive()
    {
        _rung = _climbedFrom ?? _rung;
        StartOver();
    }

    /// <summary>A state, a 304 or an <c>alive</c> came: the strategy works and the token is good.</summary>
    public void Heard(DateTimeOffset now)
    {
        _heard = true;
        TokenRefused = false;
        _backoff.Reset();
        _fallen = 0;
        _muteDrops = 0;
        if (_climbedFrom is not null)
        {
            _climbedFrom = null;
            _climb = _climbAfter;
        }

        _climbAt ??= now + _climb;
    }

    /// <summary>Whether a poll has worked for so long that a stream deserves another try.</summary>
    public bool WantsClimb(DateTimeOffset now) =>
        _pinned is null && _rung > 0 && Strategy is RiderStrategy.Poll or RiderStrategy.LongPoll && now >= _climbAt;

    /// <summary>What to do after a connection came to this.</summary>
    public Next After(Outcome outcome)
    {
        var heard = _heard;
        _heard = false;
        switch (outcome.Kind)
        {
            case OutcomeKind.End:
                return new Next(TimeSpan.Zero, outcome.Ended);
            case OutcomeKind.Token:
                if (TokenRefused) return new Next(TimeSpan.Zero, outcome.Ended);
                TokenRefused = true;
                return Connect(TimeSpan.Zero);
            case OutcomeKind.AtOnce:
                return Connect(heard ? TimeSpan.Zero : _backoff.Next());
            case OutcomeKind.Told:
                return Connect(outcome.Retry ?? _backoff.Next());
            case OutcomeKind.Climb:
                _climbedFrom = _rung;
                MoveTo(0);
                return Connect(TimeSpan.Zero);
            case OutcomeKind.Dropped:
                if (!heard && ++_muteDrops > MuteDropsAllowed) return Fall();
                var own = heard && outcome.Retry is not null ? TimeSpan.Zero : _backoff.Next();
                // The first wait is the one that the stream named; if that did not help, no shorter than our own.
                return Connect(outcome.Retry > own ? outcome.Retry.Value : own);
            default:
                return Fall();
        }
    }

    private Next Fall()
    {
        _muteDrops = 0;
        if (_pinned is not null) return Connect(_backoff.Next());
        if (_climbedFrom is { } from)
        {
            MoveTo(from);
            _climbedFrom = null;
            _climb *= 2;
            return Connect(TimeSpan.Zero);
        }

        _fallen++;
        MoveTo((_rung + 1) % _rungs.Count);
        if (_fallen < _rungs.Count) return Connect(TimeSpan.Zero);
        _fallen = 0;
        return Connect(_backoff.Next());
    }

    private void MoveTo(int rung)
    {
        _rung = rung;
        _climbAt = null;
    }

    private void StartOver()
    {
        _backoff.Reset();
        _fallen = 0;
        _muteDrops = 0;
        _climbedFrom = null;
        _climbAt = null;
    }

    private static Next Connect(TimeSpan wait) => new(wait, null);
}
