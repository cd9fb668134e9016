using System.CommandLine;
using RideTracker.Protocol;
using RideTracker.Simulator.Access;

namespace RideTracker.Simulator;

/// <summary><c>token</c>: mints a token for those who hold the key.</summary>
internal static class TokenCommand
{
    private static readonly TimeSpan UsualLifetime = TimeSpan.FromHours(1);

    public static Command Create(TimeProvider time)
    {
        var key = ServerOptions.CreateKey();
        var role = new Option<string>("--role") { Description = "What its holder is.", DefaultValueFactory = _ => "driver" };
        role.AcceptOnlyFromAmong("driver", "rider", "dispatcher", "service");
        var subject = new Option<string>("--sub") { Description = "Who: for a driver its id.", HelpName = "ID", Required = true };
        var trip = new Option<string?>("--trip") { Description = "For a rider: the one trip it may see.", HelpName = "ID" };
        var ttl = Duration.Option("--ttl", "How long it is good: 90s, 15m, 1h, 2d.", UsualLifetime);
        var command = new Command("token", "Prints a token, signed with the key.") { key, role, subject, trip, ttl };
        command.AddExamples(
            "ridetracker-sim token --role dispatcher --sub me",
            "ridetracker-sim token --role rider --sub r1 --trip t_81 --ttl 30m");
        command.SetAction(parsed =>
        {
            var text = ServerOptions.ReadKey(parsed, key)
                ?? throw new SimulatorException(ExitCodes.Usage, "Minting needs the key: give --token-key KEY, or RIDETRACKER_KEY in the environment.");
            var who = parsed.GetValue(subject)!;
            TripId? which = null;
            if (parsed.GetValue(role) == "driver" && !DriverId.TryParse(who, out _)) throw new SimulatorException(ExitCodes.Usage, $"--sub '{who}' is no driver id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +");
            if (parsed.GetValue(trip) is { } id)
            {
                if (parsed.GetValue(role) != "rider") throw new SimulatorException(ExitCodes.Usage, "--trip goes with --role rider only.");
                which = TripId.TryParse(id, out var read) ? read : throw new SimulatorException(ExitCodes.Usage, $"--trip '{id}' is no trip id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +");
            }

            var token = new TokenMinter(SigningKey.Read(text), time).Mint(parsed.GetValue(role)!, who, which, parsed.GetValue(ttl) ?? UsualLifetime);
            parsed.InvocationConfiguration.Output.WriteLine(token);
            return ExitCodes.Done;
        });
        return command;
    }
}
