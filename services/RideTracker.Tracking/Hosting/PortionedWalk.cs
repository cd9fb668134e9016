using System.Collections.Concurrent;

namespace RideTracker.Tracking.Hosting;

/// <summary>
/// Looks at all entries of a dictionary, a portion at a time: a look at ten thousand in one go takes milliseconds in which nothing is delivered. Entries
/// that come or go meanwhile may be seen or not. Not thread-safe.
/// </summary>
/// <param name="all">What is looked at.</param>
/// <param name="portions">In how many portions; fewer where there is little to look at.</param>
internal sealed class PortionedWalk<TKey, TValue>(ConcurrentDictionary<TKey, TValue> all, int portions)
    where TKey : notnull
{
    private const int LeastPortion = 64;

    private IEnumerator<KeyValuePair<TKey, TValue>>? _rest;

    /// <summary>Whether a walk has begun and not yet come to its end.</summary>
    public bool IsUnderWay => _rest is not null;

    /// <summary>Looks at the next portion, the first one if none is under way.</summary>
    public void Next(Action<TKey, TValue> look)
    {
        _rest ??= all.GetEnumerator();
        // Counted anew each time: where thousands come after the first portion, a walk is to end in as many portions all the same.
        var portion = Math.Max(LeastPortion, (all.Count + portions - 1) / portions);
        for (var i = 0; i < portion; i++)
        {
            if (!_rest.MoveNext())
            {
                _rest.Dispose();
                _rest = null;
                return;
            }

            look(_rest.Current.Key, _rest.Current.Value);
        }
    }
}
