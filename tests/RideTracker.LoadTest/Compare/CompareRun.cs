using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Scenarios;
using Spectre.Console;
using Text = RideTracker.LoadTest.Results.Text;

namespace RideTracker.LoadTest.Compare;

/// <summary>Runs all steps, round after round, and shows how far it is.</summary>
internal sealed class CompareRun(IReadOnlyList<Step> steps, int rounds, IAnsiConsole console, TimeProvider time)
{
    // From here on it is worth a word: latencies, and what one core takes, are worse than on a quiet machine.
    private const double MuchByOthers = 0.05;

    private readonly TimeSpan _planned = rounds * TimeSpan.FromSeconds(steps.Sum(step => step.Planned.TotalSeconds));

    public Rounds Results { get; } = new();

    /// <summary>Versions of all that ran.</summary>
    public SortedDictionary<string, string> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs it; ends early, with what there is by then, when it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var done = TimeSpan.Zero;
        console.Profile.Out.Writer.WriteLine($"{rounds} rounds of {steps.Count} runs, about {Minutes(_planned)}");
        for (var round = 1; round <= rounds; round++)
        {
            for (var i = 0; i < steps.Count; i++)
            {
                var step = steps[i];
                var status = new RunStatus { Prefix = $"[{(round - 1) * steps.Count + i + 1}/{rounds * steps.Count}] {step.Name}, {Left(began, done)}: " };
                var result = await RunAsync(step, status, cancellationToken);
                if (cancellationToken.IsCancellationRequested) return;
                Results.Add(step.Name, result);
                foreach (var (name, version) in result.Versions) Versions[name] = version;
                done += step.Planned;
                console.Profile.Out.Writer.WriteLine($"{status.Prefix}{Summary(result)}");
            }
        }
    }

    private async Task<StepResult> RunAsync(Step step, RunStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await StatusView.ShowAsync(console, time, status, step.RunAsync(status, cancellationToken));
        }
        catch (LoadTestException failure)
        {
            // One run of many: the others are worth having. What is missing has shown before the first.
            return StepResult.Failed(failure.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return StepResult.Failed("interrupted");
        }
    }

    /// <summary>How long the rest takes, if it goes on as it went.</summary>
    private string Left(long began, TimeSpan done)
    {
        var left = _planned - done;
        if (done > TimeSpan.Zero) left *= time.GetElapsedTime(began) / done;
        return $"{Minutes(left)} left";
    }

    private static string Minutes(TimeSpan span) => span < TimeSpan.FromMinutes(1.5) ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0} min";

    private static string Summary(StepResult result)
    {
        if (result.VoidReasons.Count > 0) return $"VOID: {string.Join("; ", result.VoidReasons)}";
        return string.Join(", ", result.Values.Select(value => value.Key switch
        {
            Measure.CpuUs => $"{Text.Fixed(value.Value, "0.0")} us CPU each",
            Measure.P99Ms => $"p99 {Text.Ms(value.Value)}",
            Measure.FixesPerSecond => $"{Text.Count(value.Value)} fixes/s",
            Measure.RecoverySeconds => $"all back after {Text.Fixed(value.Value)} s",
            Measure.OthersShare when value.Value > MuchByOthers => $"others used {Text.Fixed(100 * value.Value, "0")} % of the servers' core",
            _ => "",
        }).Where(text => text.Length > 0));
    }
}
