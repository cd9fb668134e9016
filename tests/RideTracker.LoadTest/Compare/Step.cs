using RideTracker.LoadTest.Scenarios;

namespace RideTracker.LoadTest.Compare;

/// <summary>One run of each round: something to start, to load and to end.</summary>
/// <param name="Name">As figures and JSON name it, such as <c>nchan/own</c>.</param>
/// <param name="Title">As tables show it.</param>
/// <param name="Planned">How long it takes, roughly; for the time left.</param>
/// <param name="RunAsync">Runs it.</param>
internal sealed record Step(string Name, string Title, TimeSpan Planned, Func<RunStatus, CancellationToken, Task<StepResult>> RunAsync);

/// <summary>What one run of a step measured.</summary>
/// <param name="Values">Only what this kind of run measures.</param>
/// <param name="VoidReasons">Why it does not count; empty if it does.</param>
/// <param name="Versions">Of what ran.</param>
/// <param name="Raw">Everything, for the JSON.</param>
internal sealed record StepResult(
    IReadOnlyDictionary<Measure, double> Values, IReadOnlyList<string> VoidReasons, IReadOnlyDictionary<string, string> Versions, object? Raw)
{
    /// <summary>A run that could not be made.</summary>
    public static StepResult Failed(string reason) => new(new Dictionary<Measure, double>(), [reason], new Dictionary<string, string>(), null);
}
