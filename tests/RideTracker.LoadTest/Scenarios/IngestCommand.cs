using System.CommandLine;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;
using Spectre.Console;

namespace RideTracker.LoadTest.Scenarios;

/// <summary><c>ingest</c>: drivers only.</summary>
internal static class IngestCommand
{
    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var drivers = CommonOptions.Number("--drivers", "Drivers, each on a connection of its own.", 2_000, 1, 18_000);
        var batch = CommonOptions.Number("--batch", "Fixes in a report.", 1, 1, 500);
        var window = CommonOptions.Number("--window", "Reports in flight per driver; 0: what fits the door and the batch.", 0, 0, 64);
        var rate = CommonOptions.Number("--rate", "Fixes a second over all drivers, however fast the server is; 0: as many as it takes.", 0, 0, 1_000_000);
        var seconds = CommonOptions.Number("--seconds", "Measured time.", 20, 1, 600);
        var warmUp = CommonOptions.Number("--warm-up", "Seconds before it.", 5, 0, 120);
        var door = new Option<string>("--door") { Description = "Where drivers report.", DefaultValueFactory = _ => "websocket" }.AcceptOnlyFromAmong("websocket", "signalr");
        var common = new CommonOptions();
        var command = new Command("ingest", "Drivers only: accepted fixes a second on one core, Redis included, and how long acks take.") { drivers, batch, door, window, rate, seconds, warmUp };
        common.AddTo(command);
        command.AddExamples("ingest", "ingest --batch 20", "ingest --door signalr --seconds 10", "ingest --rate 5000 --drivers 5000");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var fixes = parsed.GetValue(batch);
            var options = new RideTrackerOptions
            {
                Drivers = parsed.GetValue(drivers),
                Riders = 0,
                Rate = Math.Max(1, parsed.GetValue(rate)),
                Batch = fixes,
                Publish = parsed.GetValue(door) == "signalr" ? PublishDoor.SignalR : PublishDoor.Driver,
                RedisBinary = common.RedisBinary(parsed),
                AppendOnly = common.AppendOnly(parsed),
                ExtraEnvironment = common.Environment(parsed),
            };
            var settings = new IngestSettings
            {
                Window = parsed.GetValue(window) is > 0 and var asked ? asked : IngestSettings.WindowOf(options.Publish, fixes),
                FixesPerSecond = parsed.GetValue(rate) is > 0 and var perSecond ? perSecond : null,
                Measured = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
            };
            var status = new RunStatus { Phase = "building the node, starting the servers, writing trips" };
            await using var target = await StatusView.ShowAsync(console, time, status, RideTrackerTarget.StartAsync(options, cancellationToken));
            var header = await RunHeader.ReadAsync(Limits.CommandLine(parsed), target, time, cancellationToken);
            header.Print(console, options.ExtraEnvironment);
            var result = await StatusView.ShowAsync(console, time, status, new IngestRun(target, settings, status).RunAsync(cancellationToken));
            result.Print(console);
            console.Profile.Out.Writer.WriteLine($"raw: {await ResultFile.WriteAsync("ingest", header, result, time)}");
            return Limits.ExitCode(result.IsInterrupted, result.VoidReasons);
        });
        return command;
    }
}
