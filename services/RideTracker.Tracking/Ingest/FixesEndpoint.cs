using System.Buffers;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>The HTTP twin for devices that can't hold a socket: one report, one Ack for exactly it.</summary>
internal sealed class FixesEndpoint(DriverTracks tracks, ReportIntake intake, Advisor advisor, IngestConnections connections, IngestMetrics metrics, IOptions<IngestOptions> options, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task ServeAsync(string id, HttpContext context)
    {
        var caller = context.GetCaller();
        if (!string.Equals(id, caller.Subject, StringComparison.Ordinal))
        {
            await Problems.Forbidden.WriteAsync(context, "id: a driver reports only for its own sub.");
            return;
        }

        if (!IsJson(context.Request))
        {
            await Problems.UnsupportedMediaType.WriteAsync(context, "Content-Type: must be application/json in UTF-8, without Content-Encoding.");
            return;
        }

        if (connections.IsDraining)
        {
            await Problems.Draining.WriteAsync(context, "Send it again: another node answers.", RetryAfter);
            return;
        }

        if (await ReadAsync(context) is not { Fixes: { } fixes }) return;
        var track = tracks.Hold(caller.AsDriver(), out _);
        try
        {
            await AnswerAsync(context, track, fixes);
        }
        finally
        {
            tracks.Release(track);
        }
    }

    private async Task AnswerAsync(HttpContext context, DriverTrack track, List<DriverFix> fixes)
    {
        if (track.Take(fixes.Count, time.GetUtcNow().ToUnixTimeMilliseconds()) is var wait && wait > TimeSpan.Zero)
        {
            metrics.RateLimited(Door.Http);
            await Problems.RateLimited.WriteAsync(context, $"More than {options.Value.FixesPerSecond} fixes a second. Nothing was settled.", wait);
            return;
        }

        var settlement = await intake.SettleAsync(
            Door.Http, track, fixes.ToArray(), verdict => Advise(in verdict, track), context.RequestAborted);
        if (settlement.Ack is { } ack) await WriteAsync(context, ack);
        else if (settlement.Outcome == HubOutcome.Full) await Problems.HubFull.WriteAsync(context, "The history has no room now. Nothing was settled.", options.Value.Advice.FullInterval);
        else await Problems.HubUnavailable.WriteAsync(context, "The hub can't be reached now. Nothing was settled.", RetryAfter);
    }

    // What moved nothing tells nothing of who watches: the last advice stands.
    private Advice? Advise(in HubVerdict verdict, DriverTrack track) => verdict.OnTrip && verdict.Demand.Has(DriverDemand.Unknown)
        ? null
        : advisor.Advise(new DriverNeed(verdict.OnTrip, verdict.Outcome == HubOutcome.Full, verdict.Demand, advisor.IsLow(track.Newest)));

    private static async Task WriteAsync(HttpContext context, Ack ack)
    {
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(ack, IngestJson.Default.Ack, cancellationToken: context.RequestAborted);
    }

    // Reads the body into one rented buffer: a report, or an answer that says why not.
    private async ValueTask<ReadReport?> ReadAsync(HttpContext context)
    {
        var limit = options.Value.MaxReportBytes;
        if (context.Request.ContentLength > limit) return await TooLargeAsync(context, $"The body has more than {limit} bytes. Split the report.");
        var buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? limit) + 1);
        try
        {
            var length = 0;
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer.AsMemory(length, Math.Min(buffer.Length, limit + 1) - length), context.RequestAborted)) > 0)
            {
                length += read;
                if (length > limit) return await TooLargeAsync(context, $"The body has more than {limit} bytes. Split the report.");
            }

            var report = ReportReader.ReadArray(buffer.AsSpan(0, length), options.Value.MaxReportFixes);
            if (report.TooLarge) return await TooLargeAsync(context, report.Error!);
            if (report.Error is not null)
            {
                metrics.Unreadable(Door.Http);
                await Problems.MalformedBody.WriteAsync(context, report.Error);
            }

            return report;
        }
        catch (BadHttpRequestException bad)
        {
            // Broken chunks, a body that ends early or comes too slowly: the server's words, and its status.
            metrics.Unreadable(Door.Http);
            await (Problems.MalformedBody with { Status = bad.StatusCode }).WriteAsync(context, bad.Message);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<ReadReport?> TooLargeAsync(HttpContext context, string detail)
    {
        metrics.Unreadable(Door.Http);
        await Problems.TooLarge.WriteAsync(context, detail);
        return null;
    }

    private static bool IsJson(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
