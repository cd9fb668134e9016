using System.CommandLine;
using RideTracker.Fleet;
using RideTracker.Protocol.Streets;
using RideTracker.Simulator.Output;
using Spectre.Console;

namespace RideTracker.Simulator;

/// <summary><c>fleet</c>: drives made-up cars round a town.</summary>
internal static class FleetCommand
{
    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var cars = new Option<int>("--cars") { Description = "How many.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var seed = new Option<int>("--seed") { Description = "Chooses where cars go; the same seed, the same choices.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var interval = Duration.Option("--interval", "Between two fixes of a car, unless the server advises another.", TimeSpan.FromSeconds(1));
        var streets = new Option<string?>("--streets") { Description = "GeoJSON with LineStrings that have 'highway', instead of the built-in town.", HelpName = "FILE" };
        var prefix = new Option<string>("--prefix") { Description = "How driver ids begin.", HelpName = "TEXT", DefaultValueFactory = _ => "sim-" };
        var length = Duration.Option("--for", "End after so long; without it, on Ctrl-C.");
        var server = new ServerOptions();
        var command = new Command("fleet", "Drives cars round a town, each with a phone that reports.") { cars, seed, interval, streets, prefix, length };
        server.AddTo(command);
        command.AddExamples(
            "ridetracker-sim fleet --cars 200",
            "ridetracker-sim fleet --cars 1000 --for 10m --door signalr-msgpack --json receipt.json",
            "ridetracker-sim fleet --streets city.geojson --interval 5s");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var tokens = server.Tokens(parsed, time);
            if (tokens.Only is not null && parsed.GetValue(cars) != 1) throw new SimulatorException(ExitCodes.Usage, "--token is one driver's: a fleet needs --token-key, to mint one for each car.");
            var options = new FleetOptions
            {
                Server = server.Url(parsed),
                Token = (driver, cancel) => tokens.GetAsync(driver, cancel),
                Door = server.Door(parsed),
                Cars = parsed.GetValue(cars),
                Seed = parsed.GetValue(seed),
                FixInterval = parsed.GetValue(interval) ?? TimeSpan.FromSeconds(1),
                DriverPrefix = parsed.GetValue(prefix)!,
            };
            if (options.Cars is < 1 or > 100_000) throw new SimulatorException(ExitCodes.Usage, "--cars must be 1 to 100,000.");
            var fleet = await CreateAsync(options, parsed.GetValue(streets), time, cancellationToken).ConfigureAwait(false);
            var start = time.GetTimestamp();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timer = parsed.GetValue(length) is { } runs ? new CancellationTokenSource(runs, time) : new CancellationTokenSource();
            using var registration = timer.Token.Register(end.Cancel);
            var running = fleet.RunAsync(end.Token);
            await ThrowIfUnreachableAsync(fleet, running, server.Wait(parsed), end, time).ConfigureAwait(false);
            await new StatusView(console, time).ShowAsync(running, () => fleet.Counters, null).ConfigureAwait(false);
            var receipt = new Receipt { Drivers = fleet.Drivers.Count, Seconds = time.GetElapsedTime(start).TotalSeconds, Fixes = fleet.Counters.Fixes };
            return await Ending.FinishAsync(receipt, console, server.Json(parsed), interrupted: cancellationToken.IsCancellationRequested).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<SimulatedFleet> CreateAsync(FleetOptions options, string? streets, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            if (streets is null) return new SimulatedFleet(options, Town.Create(), time: time);
            await using var stream = File.OpenRead(streets);
            return new SimulatedFleet(options, await StreetGraph.LoadGeoJsonAsync(stream, cancellationToken).ConfigureAwait(false), time: time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new SimulatorException(ExitCodes.BadFile, $"{streets}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new SimulatorException(ExitCodes.Usage, e.Message, e);
        }
    }

    private static async Task ThrowIfUnreachableAsync(SimulatedFleet fleet, Task running, TimeSpan patience, CancellationTokenSource end, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (fleet.Counters.Connected == 0 && !running.IsCompleted)
        {
            if (time.GetElapsedTime(start) > patience)
            {
                var why = fleet.Counters.LastError ?? "The server does not answer.";
                await end.CancelAsync().ConfigureAwait(false);
                await running.ConfigureAwait(false);
                throw new SimulatorException(ExitCodes.Unreachable, why);
            }

            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(50), time)).ConfigureAwait(false);
        }
    }
}
