namespace RideTracker.Tracking.FanOut;

/// <summary>Frames to be written anew, so that a state costs no allocation. Bounded: what is over is left to the collector.</summary>
public sealed class StateFramePool
{
    private const int MostFrames = 1_024;
    private const int FirstBytes = 2_048;

    // Larger ones are rare (the first state after a long gap), and would make all of them large by and by.
    private const int MostBytes = 16 * 1_024;

    private readonly Lock _lock = new();
    private readonly Stack<StateFrame> _free = new();

    /// <summary>A frame to write to, held once.</summary>
    internal StateFrame Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var frame)) return frame;
        }

        return new StateFrame(this, FirstBytes);
    }

    internal void Return(StateFrame frame)
    {
        if (frame.Capacity > MostBytes) return;
        lock (_lock)
        {
            if (_free.Count < MostFrames) _free.Push(frame);
        }
    }
}
