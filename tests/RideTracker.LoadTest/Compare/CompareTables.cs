using RideTracker.LoadTest.Results;

namespace RideTracker.LoadTest.Compare;

/// <summary>What a comparison says, as tables: the same on the console and in Markdown.</summary>
internal static class CompareTables
{
    /// <summary>A table: titles of its columns, then rows.</summary>
    public sealed record Sheet(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

    /// <summary>What was measured: medians of the runs that count. "each": per delivery, or per accepted fix; "memory/rider": of all servers, while the rider only waits; "others": what else ran on the servers' core.</summary>
    public static IReadOnlyList<Sheet> Measured(Rounds rounds, IReadOnlyList<Step> steps, Scale scale)
    {
        var sheets = new[]
        {
            FanOut(rounds, steps, $"{scale.OwnRiders:#,0} riders, each on a driver of its own", StepNames.FloorOwn, "/own"),
            FanOut(rounds, steps, $"{scale.SharedTopics:#,0} drivers, {scale.SharedRiders:#,0} riders", StepNames.FloorShared, "/shared"),
            FanOut(rounds, steps, $"Does the number of riders matter? {scale.FlatRidersRate:#,0} states a second, published to Redis", null, "flat/riders"),
            Ingest(rounds, steps, "Ingest, Redis included", "ingest/"),
            Ingest(rounds, steps, $"Does the number of drivers matter? {scale.FlatDriversRate:#,0} fixes a second in batches of 20", "flat/drivers"),
            Storm(rounds, steps),
        };
        return [.. sheets.Where(sheet => sheet.Rows.Count > 0)];
    }

    /// <summary>What it comes to.</summary>
    public static Sheet Judged(IReadOnlyList<Figure> figures) => new(
        "Figures", ["figure", "value", "target", ""],
        [.. figures.Select(figure => (string[])[figure.Name, figure.Value, figure.Target, figure.VerdictText + (figure.Reason.Length > 0 ? $": {figure.Reason}" : "")])]);

    private static Sheet FanOut(Rounds rounds, IReadOnlyList<Step> steps, string title, string? floor, string part)
    {
        var floorUs = floor is null ? double.NaN : rounds.Median(floor, Measure.CpuUs);
        return new Sheet(title, ["", "deliveries/s", "CPU us each", "x floor", "p50", "p99", "p99.9", "bytes each", "memory/rider", "allocated each", "others", "runs"],
        [
            .. Ran(rounds, steps, part).Select(step => (string[])
            [
                step.Title,
                Or(rounds.Median(step.Name, Measure.DeliveredPerSecond), Text.Count),
                Or(rounds.Median(step.Name, Measure.CpuUs), value => Text.Fixed(value, "0.0")),
                Or(rounds.Median(step.Name, Measure.CpuUs) / floorUs, value => Text.Fixed(value, "0.0")),
                Or(rounds.Median(step.Name, Measure.P50Ms), Text.Ms),
                Or(rounds.Median(step.Name, Measure.P99Ms), Text.Ms),
                Or(rounds.Median(step.Name, Measure.P999Ms), Text.Ms),
                Or(rounds.Median(step.Name, Measure.BytesPerDelivery), Text.Count),
                Or(rounds.Median(step.Name, Measure.IdleBytes), Text.KiB),
                Or(rounds.Median(step.Name, Measure.AllocatedBytes), value => $"{Text.Fixed(value, "0.0")} B"),
                Or(rounds.Median(step.Name, Measure.OthersShare), value => $"{Text.Fixed(100 * value, "0")} %"),
                Counting(rounds, step),
            ]),
        ]);
    }

    private static Sheet Ingest(Rounds rounds, IReadOnlyList<Step> steps, string title, string part) => new(
        title, ["", "accepted fixes/s", "CPU us each", "ack p50", "ack p99", "others", "runs"],
        [
            .. Ran(rounds, steps, part).Select(step => (string[])
            [
                step.Title,
                Or(rounds.Median(step.Name, Measure.FixesPerSecond), Text.Count),
                Or(rounds.Median(step.Name, Measure.CpuUs), value => Text.Fixed(value, "0.0")),
                Or(rounds.Median(step.Name, Measure.P50Ms), Text.Ms),
                Or(rounds.Median(step.Name, Measure.P99Ms), Text.Ms),
                Or(rounds.Median(step.Name, Measure.OthersShare), value => $"{Text.Fixed(100 * value, "0")} %"),
                Counting(rounds, step),
            ]),
        ]);

    private static Sheet Storm(Rounds rounds, IReadOnlyList<Step> steps) => new(
        "Storm: all but the steady riders drop and come back at once", ["", "all have the current state after", "p99 of the steady ones", "others", "runs"],
        [
            .. Ran(rounds, steps, StepNames.Storm).Select(step => (string[])
            [
                step.Title,
                Or(rounds.Median(step.Name, Measure.RecoverySeconds), value => $"{Text.Fixed(value)} s"),
                Or(rounds.Median(step.Name, Measure.P99Ms), Text.Ms),
                Or(rounds.Median(step.Name, Measure.OthersShare), value => $"{Text.Fixed(100 * value, "0")} %"),
                Counting(rounds, step),
            ]),
        ]);

    private static IEnumerable<Step> Ran(Rounds rounds, IReadOnlyList<Step> steps, string part) =>
        steps.Where(step => step.Name.Contains(part, StringComparison.Ordinal) && rounds.Of(step.Name).Count > 0);

    private static string Counting(Rounds rounds, Step step) => $"{rounds.Of(step.Name).Count(run => run.VoidReasons.Count == 0)} of {rounds.Of(step.Name).Count}";

    private static string Or(double value, Func<double, string> text) => double.IsNaN(value) ? "" : text(value);
}
