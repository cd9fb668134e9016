using System.CommandLine;
using RideTracker.Client;
using RideTracker.Simulator;
using Spectre.Console;

var root = new RootCommand("Drives cars against a RideTracker server: recorded ones, or made-up ones.")
{
    ReplayCommand.Create(AnsiConsole.Console, TimeProvider.System),
    FleetCommand.Create(AnsiConsole.Console, TimeProvider.System),
    TokenCommand.Create(TimeProvider.System),
};
root.AddExamples("ridetracker-sim replay traces.csv --speed 60", "ridetracker-sim fleet --cars 200", "ridetracker-sim token --role dispatcher --sub me");
root.ShowExamples();
try
{
    // On Ctrl-C the command has this long to send what is left and print its receipt.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) };
    return await root.Parse(args).InvokeAsync(configuration).ConfigureAwait(false);
}
catch (SimulatorException e)
{
    await Console.Error.WriteLineAsync(e.ExitCode == ExitCodes.Unreachable ? $"The server can't be reached: {e.Message}" : e.Message).ConfigureAwait(false);
    return e.ExitCode;
}
catch (DriverRefusedException e)
{
    await Console.Error.WriteLineAsync($"{e.Message} Is the key the server's (Access:Keys)?").ConfigureAwait(false);
    return ExitCodes.Refused;
}
catch (OperationCanceledException)
{
    return ExitCodes.Interrupted;
}
