using System.CommandLine;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Scenarios;
using Spectre.Console;

namespace RideTracker.LoadTest.Records;

/// <summary><c>records</c>: from Ack to committed row.</summary>
internal static class RecordsCommand
{
    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var drivers = CommonOptions.Number("--drivers", "Drivers; each sends rate / drivers fixes a second.", 20_000, 100, 200_000);
        var rate = CommonOptions.Number("--rate", "Fixes a second over all drivers.", 20_000, 100, 200_000);
        var late = CommonOptions.Number("--late", "Percent of the fixes that come ten seconds late.", 5, 0, 50);
        var twice = CommonOptions.Number("--twice", "Percent of the fixes that stand in the queue twice, as after a restore of Redis.", 5, 0, 50);
        var seconds = CommonOptions.Number("--seconds", "Measured time.", 60, 10, 3_600);
        var warmUp = CommonOptions.Number("--warm-up", "Seconds before it.", 15, 0, 300);
        var fences = CommonOptions.Number("--fences", "Geofences over the city where the drivers are, each fix in five or more; a multiple of ten. 0: none.", 0, 0, 50_000);
        fences.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && number % FencedCity.PerDistrict != 0) result.AddError($"--fences must be a multiple of {FencedCity.PerDistrict}.");
        });
        var common = new CommonOptions();
        var command = new Command(
            "records",
            "The history: fixes through accept.lua into Redis, from there into PostgreSQL. Records alone on one core; PostgreSQL, Redis and the generator on the other. Fails where a fix is lost or the backlog grows.")
        {
            drivers, rate, late, twice, seconds, warmUp, fences,
        };
        common.AddTo(command);
        command.AddExamples("records", "records --seconds 600", "records --rate 5000 --late 0 --twice 0 --fences 10000", "records --rate 30000 --env Trails__BatchBytes=4194304");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new RecordsSettings
            {
                Drivers = parsed.GetValue(drivers),
                FixesPerSecond = parsed.GetValue(rate),
                LatePercent = parsed.GetValue(late),
                TwicePercent = parsed.GetValue(twice),
                Fences = parsed.GetValue(fences),
                Measured = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
            };
            var extra = common.Environment(parsed);
            await using var target = await RecordsTarget.StartAsync(common.RedisBinary(parsed), common.AppendOnly(parsed), extra, cancellationToken);
            var header = await RunHeader.ReadAsync(Limits.CommandLine(parsed), null, time, cancellationToken) with
            {
                CoresUsed = $"Records on core {Cores.Server}; PostgreSQL, Redis and the generator on core {Cores.Generator}",
                Versions = target.Versions,
                Settings = target.Settings,
            };
            header.Print(console, extra);
            var result = await new RecordsRun(target, settings, line => console.Profile.Out.Writer.WriteLine(line)).RunAsync(cancellationToken);
            foreach (var line in result.Lines()) console.Profile.Out.Writer.WriteLine(line);
            console.Profile.Out.Writer.WriteLine($"raw: {await ResultFile.WriteAsync("records", header, result, time)}");
            return result.IsInterrupted ? ExitCodes.Interrupted : result.Failures.Count > 0 ? ExitCodes.Missed : ExitCodes.Done;
        });
        return command;
    }
}

/// <summary>How hard and how long a run goes.</summary>
internal sealed record RecordsSettings
{
    public required int Drivers { get; init; }

    public required int FixesPerSecond { get; init; }

    public required int LatePercent { get; init; }

    public required int TwicePercent { get; init; }

    /// <summary>Geofences over the city.</summary>
    public required int Fences { get; init; }

    public required TimeSpan Measured { get; init; }

    public required TimeSpan WarmUp { get; init; }

    /// <summary>How long the emptying of the queue may take at the end.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(120);
}
