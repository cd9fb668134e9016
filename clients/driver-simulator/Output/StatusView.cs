using System.Globalization;
using RideTracker.Fleet;
using Spectre.Console;

namespace RideTracker.Simulator.Output;

/// <summary>Shows how it goes while it goes: a live table in a terminal, a plain line now and then elsewhere.</summary>
internal sealed class StatusView(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    /// <summary>Shows until the work is done, and passes its end on.</summary>
    /// <param name="look">How it stands now.</param>
    /// <param name="share">How much is done, 0 to 1; null if it has no end.</param>
    public async Task ShowAsync(Task work, Func<FleetCounters> look, Func<double>? share)
    {
        var start = time.GetTimestamp();
        if (console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive)
        {
            await console.Live(Table(look(), start, share?.Invoke())).StartAsync(async live =>
            {
                while (!await IsOverAsync(work, Refresh).ConfigureAwait(false)) live.UpdateTarget(Table(look(), start, share?.Invoke()));
                live.UpdateTarget(Table(look(), start, share?.Invoke()));
            }).ConfigureAwait(false);
        }
        else
        {
            while (!await IsOverAsync(work, PlainInterval).ConfigureAwait(false)) console.Profile.Out.Writer.WriteLine(Line(look(), start, share?.Invoke()));
        }

        await work.ConfigureAwait(false);
    }

    private async Task<bool> IsOverAsync(Task work, TimeSpan patience)
    {
        await Task.WhenAny(work, Task.Delay(patience, time)).ConfigureAwait(false);
        return work.IsCompleted;
    }

    private Table Table(FleetCounters now, long start, double? share)
    {
        var table = new Table().RoundedBorder()
            .AddColumn(share is null ? "time" : "done").AddColumn("connected").AddColumn("reported").AddColumn("accepted").AddColumn("duplicates")
            .AddColumn("rejected").AddColumn("waiting").AddColumn("reconnects");
        table.AddRow(
            Done(start, share), $"{now.Connected}/{now.Drivers}", Number(now.Fixes.Reported), Number(now.Fixes.Accepted), Number(now.Fixes.Duplicates),
            Number(now.Fixes.Rejected), Number(now.Fixes.Buffered), Number(now.Fixes.Reconnects));
        if (now is { LastError: { } error } && now.Connected < now.Drivers) table.Caption(Markup.Escape(error));
        return table;
    }

    private string Line(FleetCounters now, long start, double? share)
    {
        var line = $"{Done(start, share)}  connected {now.Connected}/{now.Drivers}  reported {now.Fixes.Reported}  accepted {now.Fixes.Accepted}  duplicates {now.Fixes.Duplicates}"
            + $"  rejected {now.Fixes.Rejected}  waiting {now.Fixes.Buffered}  reconnects {now.Fixes.Reconnects}";
        return now is { LastError: { } error } && now.Connected < now.Drivers ? $"{line}  ({error})" : line;
    }

    private string Done(long start, double? share) =>
        share is { } done ? done.ToString("0 %", CultureInfo.InvariantCulture) : time.GetElapsedTime(start).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Number(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
