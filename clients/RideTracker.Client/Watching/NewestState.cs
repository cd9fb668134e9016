namespace RideTracker.Client.Watching;

/// <summary>One reader's slot for the newest state; an older one that was not taken gives way.</summary>
internal sealed class NewestState<TState>(Func<TState, TState, TState> replace)
    where TState : class
{
    private readonly AsyncSignal _arrived = new();
    private readonly Lock _lock = new();
    private TState? _waiting;

    public void Offer(TState state)
    {
        lock (_lock) _waiting = _waiting is null ? state : replace(_waiting, state);
        _arrived.Set();
    }

    /// <summary>The newest state not taken yet.</summary>
    public TState? Take()
    {
        lock (_lock)
        {
            var state = _waiting;
            _waiting = null;
            return state;
        }
    }

    public Task Arrived() => _arrived.WaitAsync();
}
