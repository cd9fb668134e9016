using System.Globalization;
using System.Net;

namespace RideTracker.Client.Watching;

/// <summary>Long and short polling: a GET with the cursor, again and again; a held one is answered when there is news.</summary>
internal static class PollStrategy
{
    // An answer without news that comes sooner than this was not held: a proxy has eaten `Prefer`.
    private static readonly TimeSpan HeldAtLeast = TimeSpan.FromMilliseconds(500);

    public static async Task<Outcome> RunAsync(IRiderLink link, bool held, CancellationToken cancellationToken)
    {
        var open = false;
        while (true)
        {
            var numbers = link.Capabilities;
            var wait = held && link.Cursor is not null ? numbers.MaxWaitSeconds : 0;
            var asked = link.Time.GetTimestamp();
            using var deadline = new Deadline(link.Time, TimeSpan.FromSeconds(wait) + link.OpenTimeout, cancellationToken);
            var news = false;
            try
            {
                using var response = await RiderHttp.GetAsync(
                    link,
                    headers =>
                    {
                        headers.TryAddWithoutValidation("Accept", "application/json");
                        if (link.Cursor is { } cursor) headers.TryAddWithoutValidation("If-None-Match", $"\"{cursor}\"");
                        if (wait > 0) headers.TryAddWithoutValidation("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={wait}"));
                    },
                    deadline.Token).ConfigureAwait(false);
                switch (response.StatusCode)
                {
                    case HttpStatusCode.OK:
                        news = link.State(await response.Content.ReadAsByteArrayAsync(deadline.Token).ConfigureAwait(false));
                        break;
                    case HttpStatusCode.NotModified:
                        link.Heard();
                        // A node that goes away lets go of the polls that it holds, and says when to come back.
                        if (RiderHttp.RetryAfter(link, response) is { } retry) return Outcome.Told(retry, "The node is draining.");
                        break;
                    default:
                        return await RiderHttp.RefusalAsync(link, response, deadline.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (RiderHttp.IsTrouble(e, cancellationToken))
            {
                if (deadline.Passed) return Outcome.Silent();
                return open ? Outcome.Dropped(why: e.Message) : Outcome.Unreachable(e.Message);
            }

            open = true;
            if (link.WantsClimb) return Outcome.Climb;
            var took = link.Time.GetElapsedTime(asked);
            var pause = TimeSpan.Zero;
            if (!held) pause = numbers.PollInterval - took is var rest && rest > numbers.PollInterval / 4 ? rest : numbers.PollInterval / 4;
            else if (!news && took < HeldAtLeast) pause = numbers.PollInterval;
            if (pause > TimeSpan.Zero) await Task.Delay(pause, link.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
