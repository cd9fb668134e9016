namespace RideTracker.Fleet;

/// <summary>Random numbers that are the same for the same seed on every machine and runtime (SplitMix64).</summary>
/// <remarks>Not thread-safe, not for secrets. <see cref="Random"/> promises no fixed sequence across versions, hence this one.</remarks>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The generator number <paramref name="stream"/> of a seed: independent of how many numbers the others have drawn.</summary>
    public static SeededRandom Stream(int seed, int stream) => new(Mix(((ulong)(uint)seed << 32) | (uint)stream));

    public ulong NextUInt64() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public double Between(double from, double to) => from + (NextDouble() * (to - from));

    /// <summary>An integer in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)(NextUInt64() % (ulong)count);

    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>A number of mean 0 and standard deviation 1, near enough to normal for noise: the sum of twelve uniform ones.</summary>
    public double Gauss()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += NextDouble();
        }

        return sum;
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
