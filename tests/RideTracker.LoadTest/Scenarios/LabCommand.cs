using System.CommandLine;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;
using Spectre.Console;

namespace RideTracker.LoadTest.Scenarios;

/// <summary><c>lab</c>: the same rider experience by five ways.</summary>
internal static class LabCommand
{
    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var riders = CommonOptions.Number("--riders", "Riders, each on a driver of its own.", 200, 1, 5_000);
        var interval = CommonOptions.Number("--interval", "Seconds between two fixes of a driver.", 1, 1, 60);
        var seconds = CommonOptions.Number("--seconds", "Measured time, for each way.", 30, 5, 600);
        var warmUp = CommonOptions.Number("--warm-up", "Seconds before it, for each way.", 5, 0, 120);
        var common = new CommonOptions();
        var command = new Command("lab", "The transport lab: short polling, long polling, server-sent events and WebSocket compared by what they cost and how fresh they are.") { riders, interval, seconds, warmUp };
        common.AddTo(command);
        command.AddExamples("lab", "lab --interval 4", "lab --riders 1000 --seconds 15");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(riders);
            var rate = count / (double)parsed.GetValue(interval);
            var options = new RideTrackerOptions
            {
                Drivers = count,
                Riders = count,
                Rate = rate,
                Publish = PublishDoor.Driver,
                RedisBinary = common.RedisBinary(parsed),
                AppendOnly = common.AppendOnly(parsed),
                ExtraEnvironment = common.Environment(parsed),
            };
            var status = new RunStatus { Phase = "building the node, starting the servers, writing trips" };
            await using var target = await StatusView.ShowAsync(console, time, status, RideTrackerTarget.StartAsync(options, cancellationToken));
            var header = await RunHeader.ReadAsync(Limits.CommandLine(parsed), target, time, cancellationToken);
            header.Print(console, options.ExtraEnvironment);
            var run = new LabRun(target, rate, status);
            var warm = TimeSpan.FromSeconds(parsed.GetValue(warmUp));
            var measured = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var results = new List<LabResult>();
            try
            {
                // Once without measuring: else the first way would pay for compiling what all ways need.
                foreach (var way in LabWay.All) await Show(run.RunAsync(way, TimeSpan.FromSeconds(2), TimeSpan.Zero, cancellationToken));
                results.Add(await Show(run.RunAsync(LabWay.NoRiders, warm, measured, cancellationToken)));
                foreach (var way in LabWay.All) results.Add(await Show(run.RunAsync(way, warm, measured, cancellationToken)));
            }
            catch (OperationCanceledException) when (results.Count > 1)
            {
                console.Profile.Out.Writer.WriteLine("Interrupted: what was measured until then.");
            }

            LabResult.Print(console, results);
            console.Profile.Out.Writer.WriteLine($"raw: {await ResultFile.WriteAsync("lab", header, results, time)}");
            return Limits.ExitCode(cancellationToken.IsCancellationRequested, [.. results.Where(result => result.Connections < result.Riders).Select(result => $"{result.Name}: riders were cut off")]);

            Task<LabResult> Show(Task<LabResult> way) => StatusView.ShowAsync(console, time, status, way);
        });
        return command;
    }
}
