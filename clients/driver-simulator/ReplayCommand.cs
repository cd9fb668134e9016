using System.CommandLine;
using RideTracker.Client;
using RideTracker.Protocol;
using RideTracker.Simulator.Output;
using RideTracker.Simulator.Traces;
using Spectre.Console;

namespace RideTracker.Simulator;

/// <summary><c>replay FILE</c>: sends recorded traces as if they happened now.</summary>
internal static class ReplayCommand
{
    // The server takes fixes of the last 7 days; an hour is left for outages.
    private static readonly TimeSpan OldestFix = TimeSpan.FromDays(7) - TimeSpan.FromHours(1);
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan InterruptedFlushTime = TimeSpan.FromSeconds(5);

    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var file = new Argument<string>("FILE") { Description = "What Records exports a trail as, told by its content: CSV with a header that names driver_id, timestamp_utc, lat, lon (other columns are ignored); GPX, of other makers too, where the driver is the track's name if it is an id, otherwise the file's name; or GeoJSON with properties.driver and properties.coordTimes. Waypoints and points without time are skipped and counted." };
        var speed = new Option<double>("--speed") { Description = "Send N times faster, 1 or more. Fix times keep their spacing and each driver's last one is now.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var cars = new Option<int?>("--cars") { Description = "Only the first N drivers of the file.", HelpName = "N" };
        var drivers = new Option<string[]>("--drivers") { Description = "Only these drivers.", HelpName = "ID", AllowMultipleArgumentsPerToken = true };
        var skip = new Option<bool>("--skip-bad-rows") { Description = "Count rows and points that can't be read and go on, instead of stopping at the first." };
        var server = new ServerOptions();
        var command = new Command("replay", "Replays recorded traces, all drivers at once, shifted so that they are now.") { file, speed, cars, drivers, skip };
        server.AddTo(command);
        command.AddExamples(
            "ridetracker-sim replay traces.csv",
            "ridetracker-sim replay trail.gpx",
            "ridetracker-sim replay traces.csv --speed 600 --json receipt.json",
            "ridetracker-sim replay traces.csv --drivers abboip-0517 --token-key \"$RIDETRACKER_KEY\" --door signalr");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var factor = parsed.GetValue(speed);
            if (factor is not (>= 1 and <= 1e9)) throw new SimulatorException(ExitCodes.Usage, "--speed must be 1 or more.");
            var url = server.Url(parsed);
            var tokens = server.Tokens(parsed, time);
            var path = parsed.GetValue(file)!;
            var trace = await TraceFile.ReadAsync(path, parsed.GetValue(skip), cancellationToken).ConfigureAwait(false);
            foreach (var bad in trace.BadRows) console.Profile.Out.Writer.WriteLine($"skipped {bad}");
            var days = Choose(trace, path, parsed.GetValue(drivers), parsed.GetValue(cars), tokens.Only).Select(d => d.Within(OldestFix, factor)).ToList();

            var start = time.GetTimestamp();
            var interrupted = false;
            var replayer = new Replayer(
                days,
                factor,
                day => new DriverConnection(
                    new()
                    {
                        Server = url,
                        Driver = tokens.Only ?? day.Driver,
                        Door = server.Door(parsed),
                        Token = cancel => tokens.GetAsync(tokens.Only ?? day.Driver, cancel),
                        FlushTimeout = TimeSpan.FromMilliseconds(100),
                    },
                    time),
                time);
            await using (replayer)
            {
                try
                {
                    await replayer.ConnectAsync(server.Wait(parsed), cancellationToken).ConfigureAwait(false);
                    await new StatusView(console, time).ShowAsync(SendAsync(), () => replayer.Counters, () => replayer.Share).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    interrupted = true;
                    await replayer.FlushAsync(InterruptedFlushTime).ConfigureAwait(false);
                }
            }

            var chosen = days.Sum(d => (long)d.Points.Count);
            var receipt = new Receipt
            {
                RowsRead = trace.Rows,
                BadRows = trace.BadRowCount,
                Skipped = trace.Skipped,
                LeftOut = trace.Rows - trace.BadRowCount - trace.Skipped - chosen,
                NotSent = replayer.NotSent,
                Drivers = days.Count,
                Seconds = time.GetElapsedTime(start).TotalSeconds,
                Fixes = replayer.Counters.Fixes,
            };
            return await Ending.FinishAsync(receipt, console, server.Json(parsed), interrupted).ConfigureAwait(false);

            async Task SendAsync()
            {
                await replayer.RunAsync(cancellationToken).ConfigureAwait(false);
                await replayer.FlushAsync(FlushTime).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static List<DriverDay> Choose(TraceFile trace, string path, string[]? names, int? cars, DriverId? only)
    {
        var days = trace.Days.ToList();
        if (names is { Length: > 0 })
        {
            var unknown = names.Where(n => days.TrueForAll(d => d.Driver.Value != n)).ToArray();
            if (unknown.Length > 0) throw new SimulatorException(ExitCodes.BadFile, $"{path} has no driver {string.Join(", ", unknown)}; it has {days.Count}, such as {days[0].Driver}.");
            days = days.FindAll(d => names.Contains(d.Driver.Value));
        }

        if (cars is { } count)
        {
            if (count < 1) throw new SimulatorException(ExitCodes.Usage, "--cars must be 1 or more.");
            days = days[..Math.Min(count, days.Count)];
        }

        return only is null || days.Count == 1
            ? days
            : throw new SimulatorException(ExitCodes.Usage, $"--token is one driver's, but {days.Count} are to be replayed: choose one with --drivers, or give --token-key.");
    }
}
