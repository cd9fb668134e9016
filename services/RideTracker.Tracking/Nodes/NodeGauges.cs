using System.Reflection;
using Microsoft.Extensions.Options;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.Delivery.Seen;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tracking.Nodes;

/// <summary>Reads how this node fares from the counters that its slices keep anyway; what its roles do not do stays 0.</summary>
internal sealed class NodeGauges
{
    private const int MostOfName = 58;

    private static readonly string Version =
        (typeof(NodeGauges).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?").Split('+')[0];

    private readonly HubLink _hub;
    private readonly NodeDrain _drain;
    private readonly IngestConnections? _drivers;
    private readonly IngestMetrics? _ingest;
    private readonly DeliveryMetrics? _delivery;
    private readonly SeenLedger? _seen;
    private readonly DeliveryOptions? _options;
    private readonly TimeProvider _time;
    private readonly NodeRates _rates;
    private readonly long _startedMs;

    public NodeGauges(IServiceProvider services, HubLink hub, NodeDrain drain, IOptions<TrackingOptions> node, TimeProvider time)
    {
        (_hub, _drain, _time) = (hub, drain, time);
        _drivers = services.GetService<IngestConnections>();
        _ingest = services.GetService<IngestMetrics>();
        _delivery = services.GetService<DeliveryMetrics>();
        _seen = services.GetService<SeenLedger>();
        _options = services.GetService<IOptions<DeliveryOptions>>()?.Value;
        _rates = new NodeRates(time);
        _startedMs = NowMs;
        Id = IdOf(node.Value.Name ?? Environment.MachineName);
    }

    /// <summary>The node's name and a tail of its own: a node that is started anew is another one.</summary>
    public string Id { get; }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads them. One caller at a time.</summary>
    public NodeReport Read()
    {
        var rates = _rates.Next(new NodeSums(
            _ingest?.Accepted ?? 0,
            _ingest?.Rejected ?? 0,
            _delivery is { } delivery ? Enum.GetValues<Strategy>().Sum(delivery.WrittenBy) : 0,
            (_delivery?.WrittenBy(Strategy.Poll) ?? 0) + (_delivery?.UnchangedBy(Strategy.Poll) ?? 0)));
        return new NodeReport(
            Id,
            Version,
            _startedMs,
            NowMs,
            _drain.Draining ? "draining" : _hub.IsUp ? "ready" : "not-ready",
            _drivers?.Count ?? 0,
            new NodeRiders(Open(Strategy.Sse), Open(Strategy.WebSocket), Open(Strategy.LongPoll), (int)Math.Ceiling(rates.Polls * (_options?.PollIntervalMs ?? 0) / 1000)),
            rates.Fixes,
            rates.Rejected,
            rates.Deliveries,
            _seen?.Recent.Percentiles() is { } seen ? new SeenAges(seen.P50Ms, seen.P99Ms) : null);
    }

    private int Open(Strategy strategy) => (int)(_delivery?.OpenBy(strategy) ?? 0);

    private static string IdOf(string name)
    {
        var plain = string.Concat(name.Take(MostOfName).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' ? letter : '-'));
        return $"{plain}-{Guid.NewGuid():N}"[..(plain.Length + 6)];
    }
}
