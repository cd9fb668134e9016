using System.CommandLine;
using RideTracker.LoadTest;
using RideTracker.LoadTest.Compare;
using RideTracker.LoadTest.Peers;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Records;
using RideTracker.LoadTest.Scenarios;
using Spectre.Console;

// Where nobody says how wide a line may be: a table that is broken into pieces can't be read.
if (!AnsiConsole.Profile.Out.IsTerminal) AnsiConsole.Profile.Width = 140;
var root = new RootCommand("Measures RideTracker: starts a tracking node and Redis on one core, drivers and riders on another. Linux, loopback only.")
{
    FanOutCommand.Create(AnsiConsole.Console, TimeProvider.System),
    IngestCommand.Create(AnsiConsole.Console, TimeProvider.System),
    StormCommand.Create(AnsiConsole.Console, TimeProvider.System),
    LabCommand.Create(AnsiConsole.Console, TimeProvider.System),
    RecordsCommand.Create(AnsiConsole.Console, TimeProvider.System),
    CompareCommand.Create(AnsiConsole.Console, TimeProvider.System),
    PeerCommand.Create(),
};
root.AddExamples("fanout", "fanout --publish redis", "ingest --batch 20", "compare --quick");
root.ShowExamples();
var parsed = root.Parse(args);
try
{
    // Help and mistakes need no core of their own; a peer has the servers'.
    if (args is not ["peer", ..] && parsed.Errors.Count == 0 && parsed.Action is System.CommandLine.Invocation.AsynchronousCommandLineAction) Pinning.Ensure(args);
    // On Ctrl-C a scenario has this long to end its servers and print what it has.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
}
catch (LoadTestException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return e.ExitCode;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Interrupted before anything was measured.");
    return ExitCodes.Interrupted;
}
finally
{
    ChildProcess.KillAll();
}
