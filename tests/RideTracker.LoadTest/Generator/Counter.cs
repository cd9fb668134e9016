namespace RideTracker.LoadTest.Generator;

/// <summary>Counts something in the loop's thread.</summary>
internal sealed class Counter
{
    private long _value;

    /// <summary>Readable from any thread.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>By the loop's thread only.</summary>
    public void Add(long count) => Volatile.Write(ref _value, _value + count);
}
