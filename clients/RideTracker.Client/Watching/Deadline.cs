namespace RideTracker.Client.Watching;

/// <summary>Ends a connection at a time that can be put off, or when its owner ends it.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _passed;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _owner;

    public Deadline(TimeProvider time, TimeSpan first, CancellationToken owner)
    {
        _owner = owner;
        _passed = new CancellationTokenSource(first, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_passed.Token, owner);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>It passed, and not because the owner wanted the end.</summary>
    public bool Passed => _passed.IsCancellationRequested && !_owner.IsCancellationRequested;

    public void Set(TimeSpan from) => _passed.CancelAfter(from);

    public void Clear() => _passed.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _passed.Dispose();
    }
}
