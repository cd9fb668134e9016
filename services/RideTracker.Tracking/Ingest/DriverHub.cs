using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>The SignalR door: <c>/v1/driver</c>. Each call of <see cref="Report"/> is answered by the Ack that settles exactly it.</summary>
[Authorize(AccessPolicies.Driver)]
internal sealed class DriverHub(
    DriverTracks tracks, IngestHub hub, ReportIntake intake, Advisor advisor, IngestConnections connections, IngestMetrics metrics, IOptions<IngestOptions> options, TimeProvider time,
    IHubContext<DriverHub, IDriverClient> clients, ILogger<HubDriver> log) : Hub<IDriverClient>
{
    // A phone that catches up waits in its call rather than coming back; longer than this it had better go.
    private static readonly TimeSpan MaxRateWait = TimeSpan.FromSeconds(5);

    public override async Task OnConnectedAsync()
    {
        if (connections.IsDraining) throw new HubException("draining: connect again, another node answers.");
        var caller = (Context.GetHttpContext() ?? throw new InvalidOperationException("The connection has no HTTP request.")).GetCaller();
        var track = tracks.Hold(caller.AsDriver(), out var holders);
        if (holders > options.Value.MaxConnectionsPerDriver)
        {
            tracks.Release(track);
            throw new HubException($"rate-limited: this driver has {options.Value.MaxConnectionsPerDriver} connections already, close one.");
        }

        var driver = new HubDriver(Context, caller, clients.Clients.Client(Context.ConnectionId), track, hub, advisor, options.Value, time, log);
        Context.Items[typeof(HubDriver)] = driver;
        metrics.Connected(Door.SignalR);
        connections.Add(driver);
        // Not waited for: reports are served, and told why not, while the hub can't be reached.
        _ = driver.OpenAsync();
        await base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.Remove(typeof(HubDriver), out var kept) && kept is HubDriver driver)
        {
            connections.Remove(driver);
            metrics.Disconnected(Door.SignalR);
            tracks.Release(driver.Track);
            await driver.DisposeAsync();
        }

        await base.OnDisconnectedAsync(exception);
    }

    /// <summary>Takes one report.</summary>
    /// <param name="fixes">1 to 500 fixes, in any order.</param>
    /// <returns>What was settled: all of it.</returns>
    /// <exception cref="HubException">Nothing was settled; the message has the problem's word after the framework's own sentence.</exception>
    public async Task<Ack> Report(DriverFix[] fixes)
    {
        var driver = Context.Items.TryGetValue(typeof(HubDriver), out var kept) && kept is HubDriver known
            ? known
            : throw new HubException("draining: the connection is closing.");
        driver.CallBegins();
        try
        {
            if (fixes is not { Length: > 0 }) throw Unreadable("malformed-body: fixes must be an array of 1 fix at least.");
            if (fixes.Length > options.Value.MaxReportFixes) throw Unreadable($"too-large: fixes has more than {options.Value.MaxReportFixes}. Split the report.");
            if (driver.IsDraining) throw new HubException("draining: send it again over a new connection.");
            await WithinRateAsync(driver.Track, fixes.Length);
            var settlement = await intake.SettleAsync(Door.SignalR, driver.Track, fixes, driver.Learn, Context.ConnectionAborted);
            return settlement.Ack ?? throw new HubException(settlement.Outcome == HubOutcome.Full
                ? "hub-full: the history has no room now. Nothing was settled."
                : "hub-unavailable: the hub can't be reached now. Nothing was settled.");
        }
        catch (Exception bug) when (bug is not (HubException or OperationCanceledException))
        {
            driver.LogFailed(bug, driver.Track.Driver.Value);
            throw new HubException("internal: nothing was settled.");
        }
        finally
        {
            driver.CallEnds();
        }
    }

    private async ValueTask WithinRateAsync(DriverTrack track, int count)
    {
        var waited = TimeSpan.Zero;
        while (track.Take(count, time.GetUtcNow().ToUnixTimeMilliseconds()) is var wait && wait > TimeSpan.Zero)
        {
            if (waited == TimeSpan.Zero) metrics.RateLimited(Door.SignalR);
            waited += wait;
            if (waited > MaxRateWait)
                throw new HubException(FormattableString.Invariant($"rate-limited: more than {options.Value.FixesPerSecond} fixes a second. Nothing was settled; retry in {wait.TotalMilliseconds:0} ms."));
            await Task.Delay(wait, time, Context.ConnectionAborted);
        }
    }

    private HubException Unreadable(string message)
    {
        metrics.Unreadable(Door.SignalR);
        return new HubException(message);
    }
}
