using RideTracker.LoadTest.Compare;

namespace RideTracker.Tests.LoadTest;

/// <summary>Makes the runs that verdicts are made of.</summary>
internal static class Judged
{
    /// <summary>A run that counts.</summary>
    public static StepResult Run(Measure measure, double value) => Run(new Dictionary<Measure, double> { [measure] = value });

    public static StepResult Run(Dictionary<Measure, double> values, params string[] voidReasons) => new(values, voidReasons, new Dictionary<string, string>(), null);

    /// <summary>A run that delivered too little, whatever it cost.</summary>
    public static StepResult Void(Measure measure, double value) => Run(new Dictionary<Measure, double> { [measure] = value }, "delivered 98.00 % of what was expected, under 99.9 %");

    /// <summary>Runs of one measure.</summary>
    public static Rounds Rounds(Measure measure, params (string Step, double[] Values)[] steps)
    {
        var rounds = new Rounds();
        foreach (var (step, values) in steps)
            foreach (var value in values) rounds.Add(step, Run(measure, value));
        return rounds;
    }

    /// <summary>Every figure met with ease, every peer as it was known.</summary>
    public static Rounds AllMet()
    {
        var rounds = new Rounds();
        foreach (var step in Plan.Steps(Scale.Full)) rounds.Add(step.Name, Run(Values(step.Name)));
        return rounds;
    }

    private static Dictionary<Measure, double> Values(string step) => new()
    {
        [Measure.CpuUs] = PeerRule.All.FirstOrDefault(rule => rule.Step == step)?.KnownUs ?? (step.StartsWith("floor", StringComparison.Ordinal) ? 14 : 16),
        [Measure.P99Ms] = step.StartsWith("ridetracker", StringComparison.Ordinal) ? 1 : 2,
        [Measure.IdleBytes] = 8_000,
        [Measure.AllocatedBytes] = 3,
        [Measure.FixesPerSecond] = 300_000,
        [Measure.RecoverySeconds] = 2,
        [Measure.OthersShare] = 0.01,
    };
}
