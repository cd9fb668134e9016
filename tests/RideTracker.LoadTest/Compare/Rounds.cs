namespace RideTracker.LoadTest.Compare;

/// <summary>All runs of a comparison by step, and their medians.</summary>
internal sealed class Rounds
{
    private readonly Dictionary<string, List<StepResult>> _runs = [];

    /// <summary>Steps in the order in which they first ran.</summary>
    public IEnumerable<string> Steps => _runs.Keys;

    public void Add(string step, StepResult result)
    {
        if (!_runs.TryGetValue(step, out var runs)) _runs[step] = runs = [];
        runs.Add(result);
    }

    public IReadOnlyList<StepResult> Of(string step) => _runs.TryGetValue(step, out var runs) ? runs : [];

    /// <summary>Whether more than half of a step's runs count: otherwise chance has chosen.</summary>
    public bool Counts(string step) => Of(step) is { Count: > 0 } runs && runs.Count(run => run.VoidReasons.Count == 0) * 2 > runs.Count;

    /// <summary>Median over the runs that count; NaN where the step does not count or does not measure this.</summary>
    public double Median(string step, Measure measure) => Counts(step)
        ? Median([.. Of(step).Where(run => run.VoidReasons.Count == 0 && run.Values.ContainsKey(measure)).Select(run => run.Values[measure])])
        : double.NaN;

    /// <summary>The middle value; the mean of the two in the middle where their number is even; NaN of none.</summary>
    public static double Median(double[] values)
    {
        if (values.Length == 0) return double.NaN;
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
