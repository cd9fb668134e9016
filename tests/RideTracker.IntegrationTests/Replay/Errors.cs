namespace RideTracker.IntegrationTests.Replay;

/// <summary>How far estimates are off what happened, as parts of it.</summary>
internal sealed class Errors(IEnumerable<(double Estimated, double Happened)> pairs)
{
    private readonly double[] _sorted = [.. pairs.Select(pair => Math.Abs(pair.Estimated - pair.Happened) / pair.Happened).Order()];

    public int Count => _sorted.Length;

    public double Median => _sorted[_sorted.Length / 2];

    public override string ToString() => FormattableString.Invariant($"median {Median:P1}, nine of ten below {_sorted[_sorted.Length * 9 / 10]:P0}, n = {Count}");
}
