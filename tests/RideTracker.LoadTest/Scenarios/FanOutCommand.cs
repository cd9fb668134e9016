using System.CommandLine;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;
using Spectre.Console;

namespace RideTracker.LoadTest.Scenarios;

/// <summary><c>fanout</c>: positions from drivers, or from Redis, to riders.</summary>
internal static class FanOutCommand
{
    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var drivers = CommonOptions.Number("--drivers", "Drivers, each with a trip of its own.", 8_000, 1, 16_000);
        var riders = CommonOptions.Number("--riders", "Riders; rider i watches driver i modulo drivers.", 8_000, 1, 16_000);
        var rate = CommonOptions.Number("--rate", "States a second, over all drivers.", 5_000, 1, 100_000);
        var seconds = CommonOptions.Number("--seconds", "Measured time.", 20, 1, 600);
        var warmUp = CommonOptions.Number("--warm-up", "Seconds at the same rate before it.", 20, 0, 120);
        var strategy = new Option<string>("--strategy") { Description = "How riders receive.", DefaultValueFactory = _ => "sse" }.AcceptOnlyFromAmong("sse", "websocket", "long-poll");
        var publish = new Option<string>("--publish") { Description = "Where states come from: drivers on plain WebSockets, on the SignalR hub, or straight from Redis.", DefaultValueFactory = _ => "driver" }
            .AcceptOnlyFromAmong("driver", "signalr", "redis");
        var common = new CommonOptions();
        var command = new Command("fanout", "Positions from drivers to riders: deliveries, latency, CPU, memory, allocations.") { drivers, riders, rate, strategy, publish, seconds, warmUp };
        common.AddTo(command);
        command.AddExamples(
            "fanout",
            "fanout --publish redis --rate 5000",
            "fanout --drivers 10 --riders 10000 --rate 10 --publish redis",
            "fanout --drivers 1000 --riders 1000 --rate 1000 --strategy websocket --seconds 10");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new RideTrackerOptions
            {
                Drivers = parsed.GetValue(drivers),
                Riders = parsed.GetValue(riders),
                Rate = parsed.GetValue(rate),
                Strategy = parsed.GetValue(strategy) switch { "websocket" => RiderWire.WebSocket, "long-poll" => RiderWire.LongPoll, _ => RiderWire.Sse },
                Publish = parsed.GetValue(publish) switch { "signalr" => PublishDoor.SignalR, "redis" => PublishDoor.Redis, _ => PublishDoor.Driver },
                RedisBinary = common.RedisBinary(parsed),
                AppendOnly = common.AppendOnly(parsed),
                ExtraEnvironment = common.Environment(parsed),
            };
            if (options.Riders + (options.Publish == PublishDoor.Redis ? 0 : options.Drivers) > Limits.MostConnections)
                throw new LoadTestException(ExitCodes.Usage, $"Riders and drivers together must be {Limits.MostConnections:#,0} at most: a process may open 20,000 files.");
            var settings = new FanOutSettings
            {
                Rate = options.Rate,
                Measured = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
            };
            return await RunAsync(options, settings, Limits.CommandLine(parsed), console, time, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(RideTrackerOptions options, FanOutSettings settings, string commandLine, IAnsiConsole console, TimeProvider time, CancellationToken cancellationToken)
    {
        var status = new RunStatus { Phase = "building the node, starting the servers, writing trips" };
        await using var target = await StatusView.ShowAsync(console, time, status, RideTrackerTarget.StartAsync(options, cancellationToken));
        var header = await RunHeader.ReadAsync(commandLine, target, time, cancellationToken);
        header.Print(console, options.ExtraEnvironment);
        var result = await StatusView.ShowAsync(console, time, status, new FanOutRun(target, settings, status).RunAsync(cancellationToken));
        FanOutTable.Print(console, result);
        console.Profile.Out.Writer.WriteLine($"raw: {await ResultFile.WriteAsync("fanout", header, result, time)}");
        return Limits.ExitCode(result.IsInterrupted, result.VoidReasons);
    }
}
