using RideTracker.Conformance.Loss;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using StackExchange.Redis;

namespace RideTracker.Conformance;

/// <summary>Two nodes of our own on one engine, where all can be tried; more are started for the cases that break one.</summary>
internal sealed class OwnDeployment : Deployment
{
    // The shipped defaults, but for what would only make the run longer. Clients take half of `alive` more for a dead stream: so long may a busy machine stand still.
    private static readonly (string Key, object Value)[] Settings =
    [
        ("Delivery:AliveSeconds", 8),
        ("Delivery:PollIntervalMs", 200),
        ("Presence:MinSilenceMs", 60_000),
        (TrackingNode.SendBufferBytes, 8_192),
    ];

    private readonly HubEngine _engine;
    private TrackingNode? _node;
    private TrackingNode? _other;

    private OwnDeployment(HubEngine engine) => _engine = engine;

    public override ITestServer Node => _node!;

    public override ITestServer Other => _other!;

    public override bool HasSmallBuffers => true;

    /// <summary>Starts two nodes on a running engine, which is emptied.</summary>
    public static async Task<OwnDeployment> StartAsync(HubEngine engine)
    {
        await engine.BeginAsync();
        var deployment = new OwnDeployment(engine);
        deployment._node = await TrackingNode.StartAsync(engine.EndPoint, Settings);
        deployment._other = await TrackingNode.StartAsync(engine.EndPoint, Settings);
        await deployment.ReadCapabilitiesAsync();
        return deployment;
    }

    public override string? Lacks(Need needs) => null;

    public override async Task<Ride> BeginRideAsync() => await BeginRideAsync(this);

    /// <summary>A ride whose driver and riders go through <paramref name="through"/>, which stands before these nodes.</summary>
    public async Task<Ride> BeginRideAsync(Deployment through)
    {
        var name = $"{Guid.NewGuid():N}"[..12];
        var trip = new Trip(TripId.Parse($"t_{name}"), TripStatus.EnrouteToPickup, new Stop(37.78, -122.41, "Here"), new Stop(37.79, -122.4))
        {
            Driver = DriverId.Parse($"d_{name}"),
            Card = new DriverCard("Ann", "Blue car", "7ABC123"),
        };
        await _node!.ProjectAsync(trip);
        var ride = new Ride(through, trip.Id, new TestDriver(trip.Driver.Value.Value), TestTokens.Rider(trip.Id.Value), TestTokens.Dispatcher(), (37.77, -122.42))
        {
            Own = this,
            End = status => _node.ProjectAsync(trip with { Status = status, Version = 2 }),
        };
        await ride.ReportAsync();
        return ride;
    }

    /// <summary>One more node, for a case to break.</summary>
    public Task<TrackingNode> SpareNodeAsync() => TrackingNode.StartAsync(_engine.EndPoint, [.. Settings, ("Tracking:DrainSeconds", 1)]);

    /// <summary>One more node, whose line to the hub loses messages when told to.</summary>
    public async Task<(LossyLine Line, TrackingNode Node)> NodeBehindLossyLineAsync()
    {
        var line = LossyLine.Start(_engine.EndPoint);
        return (line, await TrackingNode.StartAsync(line.EndPoint, Settings));
    }

    /// <summary>Copies all that the hub holds of a ride alone, whatever its form. The result puts it back, as a hub does that was restored from an older copy.</summary>
    public async Task<Func<Task>> CopyHubAsync(Ride ride)
    {
        var redis = _engine.Database;
        var copies = new List<Func<Task>>();
        foreach (var name in (string[])[ride.Trip.Value, ride.Driver.Id.Value])
        {
            await foreach (var key in _engine.Redis.GetServers()[0].KeysAsync(pattern: $"*{name}*")) copies.Add(await CopyAsync(redis, key));
        }

        return async () =>
        {
            foreach (var putBack in copies) await putBack();
        };
    }

    public override async ValueTask DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
        if (_other is not null) await _other.DisposeAsync();
    }

    private static async Task<Func<Task>> CopyAsync(IDatabase redis, RedisKey key)
    {
        Func<Task> write;
        switch (await redis.KeyTypeAsync(key))
        {
            case RedisType.Hash:
                var fields = await redis.HashGetAllAsync(key);
                write = () => redis.HashSetAsync(key, fields);
                break;
            case RedisType.List:
                var elements = await redis.ListRangeAsync(key);
                write = () => redis.ListRightPushAsync(key, elements);
                break;
            case RedisType.SortedSet:
                var members = await redis.SortedSetRangeByRankWithScoresAsync(key);
                write = () => redis.SortedSetAddAsync(key, members);
                break;
            case RedisType.String:
                var text = await redis.StringGetAsync(key);
                write = () => redis.StringSetAsync(key, text);
                break;
            case var other:
                throw new InvalidOperationException($"{key} is a {other}, which is not copied yet.");
        }

        return async () =>
        {
            await redis.KeyDeleteAsync(key);
            await write();
        };
    }
}
