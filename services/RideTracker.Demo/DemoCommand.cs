using System.CommandLine;
using RideTracker.Demo.Pages;

namespace RideTracker.Demo;

/// <summary>Reads the command line.</summary>
internal static class DemoCommand
{
    private static readonly Option<int> Port = Number("--port", 8080, 0, 65_535, "Where to serve, on loopback only; 0: any free port.");
    private static readonly Option<int> Cars = Number("--cars", 200, 1, 20_000, "Size of the fleet.");
    private static readonly Option<int> Seed = Number("--seed", 1, 0, int.MaxValue, "Makes the fleet and its trips; the same number makes the same again.");
    private static readonly Option<string?> Api = new("--api") { Description = "URL of a RideTracker that runs elsewhere, to bring cars and trips to. Needs its signing key in Access__Keys__0." };
    private static readonly Option<string?> Map = new("--map") { Description = "Folder of the built web map; found by itself where the demo runs from the repository." };
    private static readonly Option<string> Bind = new("--bind") { Description = "'any' serves beyond loopback: in a container only, since whoever reaches the demo is handed tokens.", DefaultValueFactory = _ => "loopback" };

    static DemoCommand()
    {
        Bind.AcceptOnlyFromAmong("loopback", "any");
        Api.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !TryReadUrl(text, out _)) result.AddError($"--api takes an http or https URL, not '{text}'.");
        });
    }

    public static RootCommand Create()
    {
        var command = new RootCommand("RideTracker in one process: the hub, the tracking node, Records, a simulated fleet and the web map.") { Port, Cars, Seed, Api, Map, Bind };
        command.SetAction((parsed, cancellationToken) => DemoHost.RunAsync(
            new DemoSettings(
                parsed.GetValue(Port),
                parsed.GetValue(Bind) == "any",
                parsed.GetValue(Cars),
                parsed.GetValue(Seed),
                TryReadUrl(parsed.GetValue(Api), out var api) ? api : null,
                MapFolder.Find(parsed.GetValue(Map))),
            cancellationToken));
        return command;
    }

    private static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        var option = new Option<int>(name) { Description = $"{description}", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            var number = result.GetValueOrDefault<int>();
            if (number < least || number > most) result.AddError($"{name} takes a number from {least} to {most}, not {number}.");
        });
        return option;
    }

    private static bool TryReadUrl(string? text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
}
