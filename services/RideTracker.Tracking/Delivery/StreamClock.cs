namespace RideTracker.Tracking.Delivery;

/// <summary>
/// One timer wheel for all streams of a node: each stands in the slot of the next moment at which something may be due for it, so that a tick looks
/// only at those. A stream whose moment moved away meanwhile (something was written to it) is put further on when it is looked at.
/// </summary>
/// <param name="startMs">Now (Unix ms).</param>
/// <param name="tickMs">Length of a slot.</param>
internal sealed class StreamClock(long startMs, int tickMs)
{
    // A turn takes 512 ticks, 102 s at 200 ms: what is due later is looked at once a turn.
    private const int Slots = 512;

    private readonly Lock _lock = new();
    private readonly RiderStream?[] _firsts = new RiderStream?[Slots];
    private long _tick = startMs / tickMs;

    /// <summary>Has the stream looked at at that time (Unix ms) or up to a tick later; a stream that stands elsewhere is moved.</summary>
    public void Set(RiderStream stream, long dueMs)
    {
        lock (_lock)
        {
            Unlink(stream);
            if (stream.Gone) return;
            var tick = Math.Clamp(dueMs / tickMs + 1, _tick + 1, _tick + Slots - 1);
            Link(stream, (int)(tick % Slots));
        }
    }

    /// <summary>Takes the stream out for good.</summary>
    public void Remove(RiderStream stream)
    {
        lock (_lock)
        {
            stream.Gone = true;
            Unlink(stream);
        }
    }

    /// <summary>Moves the clock on and gives the streams that are to be looked at; each must be set again.</summary>
    public void Advance(long nowMs, List<RiderStream> due)
    {
        lock (_lock)
        {
            var target = nowMs / tickMs;
            // After a long pause of the process one turn passes them all, and so it does after the system's clock was set back.
            for (var ticks = target < _tick ? Slots : Math.Min(target - _tick, Slots); ticks > 0; ticks--)
            {
                _tick++;
                ref var first = ref _firsts[_tick % Slots];
                while (first is { } stream)
                {
                    Unlink(stream);
                    due.Add(stream);
                }
            }

            _tick = target;
        }
    }

    private void Link(RiderStream stream, int slot)
    {
        stream.Slot = slot;
        stream.Next = _firsts[slot];
        if (stream.Next is { } next) next.Previous = stream;
        _firsts[slot] = stream;
    }

    private void Unlink(RiderStream stream)
    {
        if (stream.Slot < 0) return;
        if (stream.Previous is { } previous) previous.Next = stream.Next;
        else _firsts[stream.Slot] = stream.Next;
        if (stream.Next is { } next) next.Previous = stream.Previous;
        stream.Previous = stream.Next = null;
        stream.Slot = -1;
    }
}
