using RideTracker.LoadTest.Peers;
using RideTracker.LoadTest.Peers.Floor;
using RideTracker.LoadTest.Peers.Nchan;
using RideTracker.LoadTest.Peers.ServerSentEvents;
using RideTracker.LoadTest.Peers.SignalR;
using RideTracker.LoadTest.Peers.SocketIo;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Scenarios;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Compare;

/// <summary>The runs of one round, in their order: what is compared runs side by side in time.</summary>
internal static class Plan
{
    /// <summary>Fixes in a report of the runs with batches, as the figures name it.</summary>
    private const int Batch = 20;

    /// <summary>Builds and installs what the runs need, so that none of it happens in one.</summary>
    /// <exception cref="LoadTestException">Something is missing; says what to install.</exception>
    public static async Task<bool> PrepareAsync(IReadOnlyList<Step> steps, RunStatus status, CancellationToken cancellationToken)
    {
        status.Phase = "looking for Redis and Nchan";
        await RedisServer.VersionAsync("redis-server", cancellationToken);
        if (Has(NchanPeer.Name)) await NchanPeer.PrepareAsync(cancellationToken);
        status.Phase = "installing the npm packages of Socket.IO";
        if (Has(SocketIoPeer.Name)) await SocketIoPeer.PrepareAsync(cancellationToken);
        status.Phase = "building the node";
        await NodeBuild.PublishAsync(ShippedSettings.Read(Repository.Root), cancellationToken);
        return true;

        bool Has(string peer) => steps.Any(step => step.Name.StartsWith(peer, StringComparison.Ordinal));
    }

    public static IReadOnlyList<Step> Steps(Scale scale)
    {
        var own = new PeerLoad(scale.OwnRiders, scale.OwnRiders, scale.OwnRate);
        var slow = own with { Rate = scale.SlowRate };
        var shared = new PeerLoad(scale.SharedTopics, scale.SharedRiders, scale.SharedRate);
        return
        [
            FanOut(StepNames.FloorOwn, "floor", own, FloorPeer.StartAsync),
            FanOut(StepNames.RedisOwn, "RideTracker, published to Redis", own, RideTracker(PublishDoor.Redis)),
            FanOut(StepNames.NchanOwn, "Nchan, by POST", own, NchanPeer.StartAsync),
            FanOut(StepNames.DriversOwn, "RideTracker, whole path", own, RideTracker(PublishDoor.Driver)),
            FanOut(StepNames.SignalROwn, "SignalR with Redis, by its hub", slow, SignalRPeer.StartAsync),
            FanOut(StepNames.DriversOwnSlow, "RideTracker, whole path", slow, RideTracker(PublishDoor.Driver)),
            FanOut(StepNames.SseOwn, "TypedResults.ServerSentEvents, by POST", slow, SsePeer.StartAsync),
            FanOut(StepNames.SocketIoOwn, "Socket.IO with Redis, by POST", slow, SocketIoPeer.StartAsync),
            FanOut(StepNames.FloorShared, "floor", shared, FloorPeer.StartAsync),
            FanOut(StepNames.DriversShared, "RideTracker, whole path", shared, RideTracker(PublishDoor.Driver)),
            FanOut(StepNames.NchanShared, "Nchan, by POST", shared, NchanPeer.StartAsync),
            FanOut(StepNames.SignalRShared, "SignalR with Redis, by its hub", shared, SignalRPeer.StartAsync),
            FanOut(StepNames.SseShared, "TypedResults.ServerSentEvents, by POST", shared, SsePeer.StartAsync),
            FanOut(StepNames.SocketIoShared, "Socket.IO with Redis, by POST", shared, SocketIoPeer.StartAsync),
            FanOut(StepNames.FewRiders, Text("riders", scale.FewRiders), new PeerLoad(scale.FewRiders, scale.FewRiders, scale.FlatRidersRate), RideTracker(PublishDoor.Redis)),
            FanOut(StepNames.ManyRiders, Text("riders", scale.ManyRiders), new PeerLoad(scale.ManyRiders, scale.ManyRiders, scale.FlatRidersRate), RideTracker(PublishDoor.Redis)),
            Ingest(StepNames.IngestSingle, "plain WebSockets, single fixes", PublishDoor.Driver, 1, scale.IngestDrivers),
            Ingest(StepNames.IngestBatch, "plain WebSockets, batches of 20", PublishDoor.Driver, Batch, scale.IngestDrivers),
            Ingest(StepNames.IngestHubSingle, "SignalR hub, single fixes", PublishDoor.SignalR, 1, scale.IngestDrivers),
            Ingest(StepNames.IngestHubBatch, "SignalR hub, batches of 20", PublishDoor.SignalR, Batch, scale.IngestDrivers),
            // In batches, so that about as many acks are sent to few drivers as to many: single fixes of a driver that reports often share one.
            Ingest(StepNames.FewDrivers, Text("drivers", scale.FewDrivers), PublishDoor.Driver, Batch, scale.FewDrivers, scale.FlatDriversRate),
            Ingest(StepNames.ManyDrivers, Text("drivers", scale.ManyDrivers), PublishDoor.Driver, Batch, scale.ManyDrivers, scale.FlatDriversRate),
            Storm(),
        ];

        Step FanOut<T>(string name, string title, PeerLoad load, Func<PeerLoad, CancellationToken, Task<T>> start)
            where T : Target
        {
            var settings = new FanOutSettings { Rate = load.Rate, WarmUp = scale.WarmUp, Measured = scale.Measured, Settle = scale.Settle };
            return new Step(name, title, scale.PlannedPerRun, async (status, cancellationToken) =>
            {
                await using Target target = await start(load, cancellationToken);
                return Result(await new FanOutRun(target, settings, status).RunAsync(cancellationToken), target);
            });
        }

        Step Ingest(string name, string title, PublishDoor door, int batch, int drivers, double? rate = null)
        {
            var settings = new IngestSettings
            {
                Window = IngestSettings.WindowOf(door, batch),
                FixesPerSecond = rate,
                // At a given rate every driver is to have reported before: a first report costs more.
                WarmUp = rate is { } fixes ? Longer(scale.WarmUp, TimeSpan.FromSeconds(1.2 * drivers * batch / fixes)) : scale.WarmUp,
                Measured = scale.Measured,
            };
            return new Step(name, title, settings.WarmUp + settings.Measured + scale.Overhead, async (status, cancellationToken) =>
            {
                var options = new RideTrackerOptions { Drivers = drivers, Riders = 0, Rate = rate ?? 1, Batch = batch, Publish = door };
                await using var target = await RideTrackerTarget.StartAsync(options, cancellationToken);
                return Result(await new IngestRun(target, settings, status).RunAsync(cancellationToken), target);
            });
        }

        Step Storm()
        {
            var settings = new StormSettings
            {
                SteadyRiders = scale.SteadyRiders,
                SteadyRate = scale.SteadyRiders,
                OtherRate = scale.StormRate,
                WarmUp = Longer(scale.WarmUp, TimeSpan.FromSeconds(1.2 * scale.StormRiders / scale.StormRate)),
            };
            return new Step(StepNames.Storm, $"{Count(scale.StormRiders)} riders, {Count(scale.SteadyRiders)} steady ones", settings.WarmUp + scale.Overhead + TimeSpan.FromSeconds(10), async (status, cancellationToken) =>
            {
                var all = scale.StormRiders + scale.SteadyRiders;
                var options = new RideTrackerOptions { Drivers = all, Riders = all, Rate = settings.SteadyRate + settings.OtherRate, Publish = PublishDoor.Driver };
                await using var target = await RideTrackerTarget.StartAsync(options, cancellationToken);
                return Result(await new StormRun(target, settings, status).RunAsync(cancellationToken), target);
            });
        }
    }

    private static string Text(string what, int number) => $"RideTracker, {Count(number)} {what}";

    private static string Count(int number) => Results.Text.Count(number);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static Func<PeerLoad, CancellationToken, Task<RideTrackerTarget>> RideTracker(PublishDoor door) => (load, cancellationToken) =>
        RideTrackerTarget.StartAsync(new RideTrackerOptions { Drivers = load.Topics, Riders = load.Riders, Rate = load.Rate, Publish = door }, cancellationToken);

    private static StepResult Result(FanOutResult result, Target target)
    {
        var values = new Dictionary<Measure, double>
        {
            [Measure.CpuUs] = result.CpuPerMillion,
            [Measure.P50Ms] = result.Latency.P50Ms,
            [Measure.P99Ms] = result.Latency.P99Ms,
            [Measure.P999Ms] = result.Latency.P999Ms,
            [Measure.DeliveredPerSecond] = result.DeliveredPerSecond,
            [Measure.IdleBytes] = result.IdleBytesPerRider.Values.Sum(),
            [Measure.BytesPerDelivery] = result.BytesIn / (double)Math.Max(1, result.DeliveredInAll),
            [Measure.OthersShare] = result.OthersCpuShare,
        };
        if (result.AllocatedBytesPerDelivery is { } allocated) values[Measure.AllocatedBytes] = allocated;
        return new StepResult(values, result.VoidReasons, target.Versions, result);
    }

    private static StepResult Result(IngestResult result, Target target) => new(
        new Dictionary<Measure, double>
        {
            // What came in, not what would have if the servers had been busy all the time.
            [Measure.FixesPerSecond] = result.AcceptedPerSecond,
            [Measure.CpuUs] = result.CpuSeconds.Values.Sum() * 1e6 / Math.Max(1, result.Accepted),
            [Measure.P50Ms] = result.AckLatency.P50Ms,
            [Measure.P99Ms] = result.AckLatency.P99Ms,
            [Measure.OthersShare] = result.OthersCpuShare,
        },
        result.VoidReasons, target.Versions, result);

    private static StepResult Result(StormResult result, Target target) => new(
        new Dictionary<Measure, double>
        {
            [Measure.RecoverySeconds] = result.BackAfter.MaxMs / 1_000,
            [Measure.P99Ms] = result.SteadyInStorm.Latency.P99Ms,
            [Measure.OthersShare] = result.OthersCpuShare,
        },
        result.VoidReasons, target.Versions, result);
}
