namespace RideTracker.LoadTest.Scenarios;

/// <summary>What a run is at, for whoever shows it: written by the loop's thread, read by another.</summary>
internal sealed class RunStatus
{
    private volatile string _phase = "starting";
    private volatile Func<string>? _numbers;

    /// <summary>What it is a part of, before everything else.</summary>
    public string Prefix { get; init; } = "";

    public string Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>How far it is, in numbers.</summary>
    public Func<string>? Numbers
    {
        get => _numbers;
        set => _numbers = value;
    }

    public override string ToString() => Prefix + (Numbers is { } numbers ? $"{Phase}: {numbers()}" : Phase);
}
