using System.CommandLine;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;
using Spectre.Console;

namespace RideTracker.LoadTest.Scenarios;

/// <summary><c>storm</c>: riders drop and come back at once.</summary>
internal static class StormCommand
{
    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var riders = CommonOptions.Number("--riders", "Riders that drop and come back, each on a driver of its own.", 8_000, 1, 8_500);
        var steady = CommonOptions.Number("--steady", "Riders that stay, each on a driver of its own.", 1_000, 1, 8_500);
        var steadyRate = CommonOptions.Number("--steady-rate", "States a second of the steady riders' drivers.", 1_000, 1, 50_000);
        var rate = CommonOptions.Number("--rate", "States a second of all other drivers.", 1_000, 1, 50_000);
        var strategy = new Option<string>("--strategy") { Description = "How riders receive.", DefaultValueFactory = _ => "sse" }.AcceptOnlyFromAmong("sse", "websocket");
        var common = new CommonOptions();
        var command = new Command("storm", "Thousands of riders drop and come back at once with their cursors, while others stay.") { riders, steady, rate, steadyRate, strategy };
        common.AddTo(command);
        command.AddExamples("storm", "storm --riders 4000 --steady 500 --strategy websocket");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var all = parsed.GetValue(riders) + parsed.GetValue(steady);
            if (2 * all > Limits.MostConnections) throw new LoadTestException(ExitCodes.Usage, $"--riders and --steady together must be {Limits.MostConnections / 2:#,0} at most: each has a driver, and a process may open 20,000 files.");
            var options = new RideTrackerOptions
            {
                Drivers = all,
                Riders = all,
                Rate = parsed.GetValue(rate) + parsed.GetValue(steadyRate),
                Strategy = parsed.GetValue(strategy) == "websocket" ? RiderWire.WebSocket : RiderWire.Sse,
                Publish = PublishDoor.Driver,
                RedisBinary = common.RedisBinary(parsed),
                AppendOnly = common.AppendOnly(parsed),
                ExtraEnvironment = common.Environment(parsed),
            };
            var settings = new StormSettings
            {
                SteadyRiders = parsed.GetValue(steady),
                SteadyRate = parsed.GetValue(steadyRate),
                OtherRate = parsed.GetValue(rate),
                WarmUp = TimeSpan.FromSeconds(Math.Clamp(1.2 * parsed.GetValue(riders) / parsed.GetValue(rate), 5, 60)),
            };
            var status = new RunStatus { Phase = "building the node, starting the servers, writing trips" };
            await using var target = await StatusView.ShowAsync(console, time, status, RideTrackerTarget.StartAsync(options, cancellationToken));
            var header = await RunHeader.ReadAsync(Limits.CommandLine(parsed), target, time, cancellationToken);
            header.Print(console, options.ExtraEnvironment);
            var result = await StatusView.ShowAsync(console, time, status, new StormRun(target, settings, status).RunAsync(cancellationToken));
            result.Print(console);
            console.Profile.Out.Writer.WriteLine($"raw: {await ResultFile.WriteAsync("storm", header, result, time)}");
            return Limits.ExitCode(result.IsInterrupted, result.VoidReasons);
        });
        return command;
    }
}
