using System.Numerics;

namespace RideTracker.LoadTest.Generator;

/// <summary>Remembers when each fix was sent, for so many fixes per topic as a late rider may need; finds it by its topic and fix time.</summary>
internal sealed class SendLog
{
    private const int MostTotal = 1 << 22;

    private readonly int _mask;
    private readonly int _shift;
    private readonly long[] _fixTimes;
    private readonly long[] _sentNs;
    private readonly long[] _next;
    private readonly long[] _newestMs;

    /// <param name="topics">Drivers.</param>
    /// <param name="messagesPerSecond">Of all drivers.</param>
    /// <param name="seconds">For how long a message can be found at that rate.</param>
    public SendLog(int topics, double messagesPerSecond, double seconds)
    {
        var each = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(messagesPerSecond / topics * seconds, 16, MostTotal / topics + 16));
        _mask = (int)each - 1;
        _shift = BitOperations.Log2(each);
        _fixTimes = new long[(long)topics << _shift];
        _sentNs = new long[(long)topics << _shift];
        _next = new long[topics];
        _newestMs = new long[topics];
    }

    /// <summary>Takes the time of a topic's next message: now, or just after its last one, so that each fix time is its own.</summary>
    /// <param name="fixes">How many fixes it has; they take as many milliseconds.</param>
    /// <returns>Unix ms of the newest of them.</returns>
    public long NextFixTime(int topic, long nowMs, int fixes) => _newestMs[topic] = Math.Max(nowMs, _newestMs[topic] + fixes);

    /// <summary>Notes that a message goes out.</summary>
    public void Sent(int topic, long fixTimeMs, long ns)
    {
        var at = (topic << _shift) + (int)(_next[topic]++ & _mask);
        _fixTimes[at] = fixTimeMs;
        _sentNs[at] = ns;
    }

    /// <summary>The newest fix time that was sent for a topic; 0 if none was.</summary>
    public long Newest(int topic) => _newestMs[topic];

    /// <summary>When the message with this fix was sent; -1 if it is not known (any more).</summary>
    public long Find(int topic, long fixTimeMs)
    {
        // The newest first: riders are milliseconds behind.
        var next = _next[topic];
        for (var i = next - 1; i >= 0 && i >= next - 1 - _mask; i--)
        {
            var at = (topic << _shift) + (int)(i & _mask);
            if (_fixTimes[at] == fixTimeMs) return _sentNs[at];
            if (_fixTimes[at] < fixTimeMs) return -1;
        }

        return -1;
    }
}
