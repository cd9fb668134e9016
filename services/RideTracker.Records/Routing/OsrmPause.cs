namespace RideTracker.Records.Routing;

/// <summary>Leaves a server alone that failed several times in a row, so that its time-out is not waited for at each call. Thread-safe.</summary>
/// <param name="failures">In a row, before the pause.</param>
/// <param name="pause">How long it lasts; after it one call at a time tries the server.</param>
internal sealed class OsrmPause(int failures, TimeSpan pause, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _failed;
    private long _pausedAt;
    private bool _trying;

    /// <summary>Whether the server may be asked now. A caller that gets true must say how it went.</summary>
    public bool MayAsk()
    {
        lock (_lock)
        {
            if (_failed < failures) return true;
            if (_trying || time.GetElapsedTime(_pausedAt) < pause) return false;
            return _trying = true;
        }
    }

    /// <summary>The server answered. True if it was left alone before.</summary>
    public bool Succeeded()
    {
        lock (_lock)
        {
            var back = _failed >= failures;
            (_failed, _trying) = (0, false);
            return back;
        }
    }

    /// <summary>The server failed. True if the pause begins with it.</summary>
    public bool Failed()
    {
        lock (_lock)
        {
            _trying = false;
            if (++_failed < failures) return false;
            _pausedAt = time.GetTimestamp();
            return _failed == failures;
        }
    }

    /// <summary>Nobody knows how it went: the caller gave up meanwhile.</summary>
    public void Abandoned()
    {
        lock (_lock) _trying = false;
    }
}
