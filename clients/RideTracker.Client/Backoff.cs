namespace RideTracker.Client;

/// <summary>Full-jitter exponential backoff: a random wait below a bound that doubles with each failure.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private int _failures;

    public TimeSpan Next()
    {
        var bound = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30)));
        return TimeSpan.FromMilliseconds(bound * random());
    }

    public void Reset() => _failures = 0;
}
