using System.CommandLine;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Scenarios;
using Spectre.Console;

namespace RideTracker.LoadTest.Compare;

/// <summary><c>compare</c>: RideTracker beside its peers in one run, and whether it reaches its figures.</summary>
internal static class CompareCommand
{
    private const int DefaultRounds = 3;

    public static Command Create(IAnsiConsole console, TimeProvider time)
    {
        var quick = new Option<bool>("--quick") { Description = "One round with a quarter of the riders, in under five minutes: a look, not a result." };
        var rounds = CommonOptions.Number("--rounds", "Rounds, each with every run once; medians count. With --quick: 1.", DefaultRounds, 1, 20);
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Also writes the tables as Markdown.", HelpName = "FILE" };
        var only = new Option<string[]>("--only") { Description = "Only the runs with this in their name, to try one: figures of the others are void. May be repeated.", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        var rate = CommonOptions.Number("--rate", "States a second where each rider has a driver of its own, for RideTracker and for the peers that bear more than 2,500.", (int)Scale.Full.OwnRate, 1_000, 50_000);
        var command = new Command("compare", "RideTracker beside Nchan, SignalR, TypedResults.ServerSentEvents and Socket.IO, with the same generator in the same run; ends with one line for each figure.") { quick, rounds, rate, markdown, only };
        command.AddExamples("compare", "compare --quick", "compare --rounds 5 --markdown tables.md", "compare --quick --only nchan", "compare --rate 10000 --only floor/own --only nchan/own --only own/drivers");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isQuick = parsed.GetValue(quick);
            var scale = (isQuick ? Scale.Quick : Scale.Full) with { OwnRate = parsed.GetValue(rate) };
            var wanted = parsed.GetValue(only)!;
            var steps = Plan.Steps(scale).Where(step => wanted.Length == 0 || wanted.Any(part => step.Name.Contains(part, StringComparison.Ordinal))).ToList();
            var named = string.Join("' or '", wanted);
            if (steps.Count == 0) throw new LoadTestException(ExitCodes.Usage, $"No run has '{named}' in its name: {string.Join(", ", Plan.Steps(scale).Select(step => step.Name))}.");
            var isDefault = parsed.GetResult(rounds) is not { Implicit: false };
            var run = new CompareRun(steps, isQuick && isDefault ? 1 : parsed.GetValue(rounds), console, time);
            var header = await RunHeader.ReadAsync(Limits.CommandLine(parsed), null, time, cancellationToken);
            foreach (var line in header.Lines()) console.Profile.Out.Writer.WriteLine(line);
            var note = Note(isQuick, named, scale);
            console.Profile.Out.Writer.WriteLine(note);
            var status = new RunStatus();
            await StatusView.ShowAsync(console, time, status, Plan.PrepareAsync(steps, status, cancellationToken));
            await run.RunAsync(cancellationToken);
            return await EndAsync(run, steps, scale, header with { Versions = run.Versions }, note, parsed.GetValue(markdown), console, time, cancellationToken.IsCancellationRequested);
        });
        return command;
    }

    private static string Note(bool isQuick, string only, Scale scale) =>
        (isQuick ? $"Quick: {scale.OwnRiders:#,0} riders instead of {Scale.Full.OwnRiders:#,0}, and short runs. A look, not a result." : "Full size.") + (only.Length > 0 ? $" Only runs with '{only}' in their name." : "");

    private static async Task<int> EndAsync(
        CompareRun run, IReadOnlyList<Step> steps, Scale scale, RunHeader header, string note, FileInfo? markdown, IAnsiConsole console, TimeProvider time, bool isInterrupted)
    {
        var figures = Figures.Judge(run.Results);
        var voidPeers = PeerRule.All.Where(rule => steps.Any(step => step.Name == rule.Step)).Select(rule => rule.VoidReason(run.Results)).OfType<string>().ToList();
        var sheets = CompareTables.Measured(run.Results, steps, scale);
        CompareOutput.Print(console, sheets);
        var writer = console.Profile.Out.Writer;
        if (markdown is not null) await File.WriteAllTextAsync(markdown.FullName, CompareOutput.Markdown(header, note, isInterrupted ? sheets : [.. sheets, CompareTables.Judged(figures)]));
        var raw = new { note, scale, figures, voidPeers, runs = run.Results.Steps.ToDictionary(step => step, run.Results.Of) };
        writer.WriteLine($"raw: {await ResultFile.WriteAsync("compare", header, raw, time)}");
        if (isInterrupted)
        {
            writer.WriteLine("Interrupted: no figures.");
            return ExitCodes.Interrupted;
        }

        foreach (var reason in voidPeers) writer.WriteLine($"void {reason}");
        foreach (var figure in figures) writer.WriteLine(figure.Line);
        return Figures.ExitCode(figures, voidPeers);
    }
}
