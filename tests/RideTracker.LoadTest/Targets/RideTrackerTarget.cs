using System.Text;
using RideTracker.LoadTest.Formats;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Trips;

namespace RideTracker.LoadTest.Targets;

/// <summary>What a run of RideTracker is made of.</summary>
internal sealed record RideTrackerOptions
{
    public required int Drivers { get; init; }

    public required int Riders { get; init; }

    public RiderWire Strategy { get; init; } = RiderWire.Sse;

    public required PublishDoor Publish { get; init; }

    /// <summary>Messages a second over all drivers, for what the hub is told of their intervals.</summary>
    public required double Rate { get; init; }

    /// <summary>Fixes in a report.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>redis-server or valkey-server.</summary>
    public string RedisBinary { get; init; } = "redis-server";

    public bool AppendOnly { get; init; }

    /// <summary>Variables of the node beyond the shipped ones.</summary>
    public IReadOnlyDictionary<string, string> ExtraEnvironment { get; init; } = new Dictionary<string, string>();
}

/// <summary>How states get into RideTracker.</summary>
internal enum PublishDoor
{
    /// <summary>Drivers on the plain WebSocket.</summary>
    Driver,

    /// <summary>Drivers on the SignalR hub.</summary>
    SignalR,

    /// <summary>Straight to Redis, as accept.lua publishes.</summary>
    Redis,
}

/// <summary>RideTracker itself: one Redis, one tracking node, with tokens, checks, and a history queue that is drained.</summary>
internal sealed class RideTrackerTarget : Target
{
    private readonly RideTrackerOptions _options;
    private readonly RedisServer _redis;
    private readonly TrackingNode _node;
    private readonly HistoryDrainer _drainer;
    private readonly TripBook _trips;
    private readonly string[] _heads;

    private RideTrackerTarget(RideTrackerOptions options, RedisServer redis, TrackingNode node, HistoryDrainer drainer, TripBook trips, Tokens tokens, string redisVersion)
    {
        _options = options;
        _redis = redis;
        _node = node;
        _drainer = drainer;
        _trips = trips;
        _heads = [.. Enumerable.Range(0, options.Riders).Select(i => FormattableString.Invariant(
            $" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {tokens.Rider($"r{i}", trips.Trips[i % options.Drivers].Value)}\r\n"))];
        Riders = RidersBy(options.Strategy);
        Publisher = PublishPlanOf(trips, tokens);
        Versions = new Dictionary<string, string> { [Path.GetFileName(options.RedisBinary)] = redisVersion, [".NET"] = Environment.Version.ToString() };
    }

    public override string Name => "ridetracker";

    public override IReadOnlyList<ServerProcess> Servers => [_redis.Process, _node.Process];

    public override IReadOnlyDictionary<string, string> Versions { get; }

    public override RiderPlan Riders { get; }

    public override PublishPlan? Publisher { get; }

    public override bool IsQuiet => _drainer.IsQuiet;

    public override IReadOnlyDictionary<string, double> Counters => new Dictionary<string, double> { ["historyFixes"] = _drainer.Fixes };

    public override IReadOnlyDictionary<string, string> Settings => _node.Environment;

    /// <summary>Starts all of it, and writes the trips.</summary>
    public static async Task<RideTrackerTarget> StartAsync(RideTrackerOptions options, CancellationToken cancellationToken)
    {
        var version = await RedisServer.VersionAsync(options.RedisBinary, cancellationToken);
        var tokens = new Tokens();
        RedisServer? redis = null;
        TrackingNode? node = null;
        try
        {
            redis = await RedisServer.StartAsync(options.RedisBinary, options.AppendOnly, cancellationToken);
            node = await TrackingNode.StartAsync(redis.Port, tokens.Key, options.ExtraEnvironment, cancellationToken);
            var trips = await TripBook.WriteAsync(redis.Port, options.Drivers, cancellationToken);
            return new RideTrackerTarget(options, redis, node, new HistoryDrainer(redis.Port), trips, tokens, version);
        }
        catch
        {
            if (node is not null) await node.DisposeAsync();
            if (redis is not null) await redis.DisposeAsync();
            throw;
        }
    }

    public override async Task<long?> AllocatedBytesAsync(CancellationToken cancellationToken) => (long?)await _node.AllocatedBytesAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _drainer.Dispose();
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    /// <summary>The same riders by another strategy.</summary>
    public RiderPlan RidersBy(RiderWire strategy) => new()
    {
        Port = _node.Port,
        Wire = strategy,
        Count = _options.Riders,
        TopicOf = rider => rider % _options.Drivers,
        Stamp = Stamp.FixTime,
        Request = (rider, cursor) =>
        {
            var live = $"GET /v1/trips/{_trips.Trips[rider % _options.Drivers].Value}/live";
            var head = _heads[rider];
            return Encoding.ASCII.GetBytes(strategy switch
            {
                RiderWire.Sse => $"{live}{head}Accept: text/event-stream\r\n{(cursor is null ? "" : $"Last-Event-ID: {cursor}\r\n")}\r\n",
                RiderWire.WebSocket => $"{live}{(cursor is null ? "" : $"?cursor={cursor}")}{head}{WebSocketHeaders}\r\n",
                RiderWire.LongPoll => $"{live}{head}{(cursor is null ? "" : $"Prefer: wait=50\r\nIf-None-Match: \"{cursor}\"\r\n")}\r\n",
                _ => $"{live}{head}{(cursor is null ? "" : $"If-None-Match: \"{cursor}\"\r\n")}\r\n",
            });
        },
    };

    private PublishPlan PublishPlanOf(TripBook trips, Tokens tokens)
    {
        if (_options.Publish == PublishDoor.Redis)
        {
            return new PublishPlan
            {
                Port = _redis.Port,
                Topics = _options.Drivers,
                Connections = 1,
                Format = new RedisFixFormat(trips.Drivers, trips.Trips, trips.Numbers, TripBook.Version, (long)Math.Max(1, 1_000 * _options.Drivers / _options.Rate)),
                Answers = AnswerKind.Ignored,
            };
        }

        var isPlain = _options.Publish == PublishDoor.Driver;
        return new PublishPlan
        {
            Port = _node.Port,
            Topics = _options.Drivers,
            Connections = _options.Drivers,
            FixesPerMessage = _options.Batch,
            Handshake = driver => Encoding.ASCII.GetBytes(
                $"GET /v1/driver{(isPlain ? "/ws" : "")} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {tokens.Driver(trips.Drivers[driver].Value)}\r\n{WebSocketHeaders}"
                + $"{(isPlain ? "Sec-WebSocket-Protocol: ridetracker.driver.v1\r\n" : "")}\r\n"),
            AfterUpgrade = isPlain ? [] : HubReportFormat.Handshake,
            Format = isPlain ? new DriverSocketFormat(_options.Batch) : new HubReportFormat(_options.Batch),
            Answers = isPlain ? AnswerKind.DriverAcks : AnswerKind.HubCompletions,
        };
    }

    // RFC 6455 section 1.3: any 16 bytes will do as key.
    private const string WebSocketHeaders = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
}
