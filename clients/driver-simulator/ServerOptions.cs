using System.CommandLine;
using RideTracker.Client;
using RideTracker.Simulator.Access;

namespace RideTracker.Simulator;

/// <summary>The options of all commands that report: where to, with which token, through which door.</summary>
internal sealed class ServerOptions
{
    private static readonly Dictionary<string, DriverDoor> Doors = new()
    {
        ["ws"] = DriverDoor.WebSocket,
        ["signalr"] = DriverDoor.SignalR,
        ["signalr-msgpack"] = DriverDoor.SignalRMessagePack,
        ["http"] = DriverDoor.Http,
    };

    private readonly Option<string> _url = new("--url") { Description = "The server's address.", HelpName = "URL", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("RIDETRACKER_URL") ?? "http://localhost:8080" };
    private readonly Option<string?> _token = new("--token") { Description = "One driver's token, instead of a key.", HelpName = "TOKEN" };
    private readonly Option<string> _door = new("--door") { Description = "Which of the server's doors to report through.", DefaultValueFactory = _ => "ws" };
    private readonly Option<string?> _json = new("--json") { Description = "Write the receipt as JSON to this file.", HelpName = "FILE" };
    private readonly Option<double> _wait = new("--wait") { Description = "Seconds to wait for the first connection.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };

    public ServerOptions() => _door.AcceptOnlyFromAmong([.. Doors.Keys]);

    /// <summary>The key option, which the token command has too.</summary>
    public static Option<string?> CreateKey() => new("--token-key")
    {
        Description = "The key that signs tokens: base64 of 32 bytes or more, or a text as long. Default: RIDETRACKER_KEY in the environment, then Access__Keys__0.",
        HelpName = "KEY",
    };

    public Option<string?> Key { get; } = CreateKey();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _url, Key, _token, _door, _wait, _json }) command.Options.Add(option);
    }

    public static string? ReadKey(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) ?? NotEmpty("RIDETRACKER_KEY") ?? NotEmpty("Access__Keys__0");

    public DriverTokens Tokens(ParseResult parsed, TimeProvider time)
    {
        var token = parsed.GetValue(_token);
        return DriverTokens.From(token is null ? ReadKey(parsed, Key) : null, token, time);
    }

    /// <exception cref="SimulatorException">No address.</exception>
    public Uri Url(ParseResult parsed) =>
        Uri.TryCreate(parsed.GetValue(_url), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new SimulatorException(ExitCodes.Usage, $"--url '{parsed.GetValue(_url)}' is no http or https address.");

    public DriverDoor Door(ParseResult parsed) => Doors[parsed.GetValue(_door)!];

    public TimeSpan Wait(ParseResult parsed) => parsed.GetValue(_wait) is var seconds and > 0 and < 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw new SimulatorException(ExitCodes.Usage, "--wait must be a number of seconds above 0.");

    public string? Json(ParseResult parsed) => parsed.GetValue(_json);

    private static string? NotEmpty(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
