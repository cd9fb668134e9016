using Spectre.Console;

namespace RideTracker.LoadTest.Results;

/// <summary>Shows what a fan-out run measured.</summary>
internal static class FanOutTable
{
    public static void Print(IAnsiConsole console, FanOutResult result)
    {
        var table = new Table().RoundedBorder().AddColumn(result.Target).AddColumn(new TableColumn($"{result.Riders:#,0} riders on {result.Topics:#,0} drivers, {result.Wire}").RightAligned());
        table.AddRow("sent", $"{Text.Count(result.Sent)} in {Text.Fixed(result.MeasuredSeconds, "0.0")} s");
        table.AddRow("delivered", $"{Text.Count(result.Delivered)} of {Text.Count(result.Expected)} ({Text.Fixed(100.0 * result.Delivered / Math.Max(1, result.Expected), "0.000")} %)");
        table.AddRow("delivered/s", Text.Count(result.DeliveredPerSecond));
        Latency("latency", result.Latency);
        if (result.AckLatency is { } acks) Latency("ack", acks);
        table.AddRow("CPU-s per million deliveries", Text.Fixed(result.CpuPerMillion, "0.0"));
        foreach (var (name, seconds) in result.CpuSeconds) table.AddRow($"  {name}", $"{Text.Fixed(seconds * 1e6 / Math.Max(1, result.Delivered), "0.0")}   ({Text.Fixed(seconds)} s)");
        table.AddRow("memory per idle rider", Text.KiB(result.IdleBytesPerRider.Values.Sum()));
        foreach (var (name, bytes) in result.IdleBytesPerRider) table.AddRow($"  {name}", Text.KiB(bytes));
        if (result.AllocatedBytesPerDelivery is { } allocated) table.AddRow("allocated per delivery", $"{Text.Fixed(allocated, "0.0")} B");
        table.AddRow("bytes per delivery", Text.Fixed(result.BytesIn / (double)Math.Max(1, result.DeliveredInAll), "0"));
        if (result.Accepted is { } accepted) table.AddRow("accepted, duplicates, rejected", $"{Text.Count(accepted)}, {Text.Count(result.Duplicates)}, {Text.Count(result.Rejected)}");
        if (result.RiderEnds + result.Errors + result.HeldBack > 0) table.AddRow("riders cut off, errors, held back", $"{Text.Count(result.RiderEnds)}, {Text.Count(result.Errors)}, {Text.Count(result.HeldBack)}");
        table.AddRow("generator; others on the servers' core", $"{Text.Fixed(100 * result.GeneratorCpuShare, "0")} %; {Text.Fixed(100 * result.OthersCpuShare, "0")} % of a core");
        console.Write(table);
        if (result.FirstError is { } error) console.Profile.Out.Writer.WriteLine($"first error: {error}");
        Notes.Print(console, result.GeneratorCpuShare, result.OthersCpuShare);
        foreach (var reason in result.VoidReasons) console.Profile.Out.Writer.WriteLine($"VOID: {reason}");

        void Latency(string name, LatencyResult latency) => table.AddRow(
            $"{name} p50, p99, p99.9, max", $"{Text.Ms(latency.P50Ms)}, {Text.Ms(latency.P99Ms)}, {Text.Ms(latency.P999Ms)}, {Text.Ms(latency.MaxMs)}");
    }
}
