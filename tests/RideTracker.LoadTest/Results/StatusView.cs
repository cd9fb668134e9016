using System.Globalization;
using RideTracker.LoadTest.Scenarios;
using Spectre.Console;

namespace RideTracker.LoadTest.Results;

/// <summary>Shows how a run goes while it goes: one live line in a terminal, a plain line now and then elsewhere.</summary>
internal static class StatusView
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    /// <summary>Shows until the work is done, and passes its end on.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, TimeProvider time, RunStatus status, Task<T> work)
    {
        var start = time.GetTimestamp();
        if (console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive)
        {
            await console.Status().StartAsync("starting", async context =>
            {
                while (!await IsOverAsync(Refresh)) context.Status(Markup.Escape(Line()));
            });
        }
        else
        {
            while (!await IsOverAsync(PlainInterval)) console.Profile.Out.Writer.WriteLine(Line());
        }

        return await work;

        string Line() => string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(start).TotalSeconds,4:0} s  {status}");

        async Task<bool> IsOverAsync(TimeSpan patience)
        {
            await Task.WhenAny(work, Task.Delay(patience, time));
            return work.IsCompleted;
        }
    }
}
