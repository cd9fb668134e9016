namespace RideTracker.Client;

/// <summary>Wakes one waiter; a signal given while nobody waits is kept, several count as one.</summary>
internal sealed class AsyncSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;

    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            waiter = _waiter;
            _waiter = null;
            _isSet = waiter is null;
        }

        waiter?.SetResult();
    }

    public Task WaitAsync()
    {
        lock (_lock)
        {
            if (_isSet)
            {
                _isSet = false;
                return Task.CompletedTask;
            }

            // A wait that was given up for a timeout is taken up again.
            return (_waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
