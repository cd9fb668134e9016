using Microsoft.Extensions.Options;

namespace RideTracker.Tracking.Delivery;

/// <summary><c>GET /v1/capabilities</c>: the numbers that an SDK needs, so that it hard-codes none.</summary>
/// <param name="Strategies">From the most to the least immediate.</param>
/// <param name="MaxWaitSeconds">Longest wait of a long poll.</param>
/// <param name="PollIntervalMs">How often short pollers should ask.</param>
/// <param name="AliveSeconds">Silence after which a stream gets a sign of life.</param>
/// <param name="MaxReportFixes">Most fixes of a driver's report.</param>
/// <param name="MaxReportBytes">Most bytes of a driver's report.</param>
/// <param name="MaxNearRadius">Largest radius of <c>near</c>, in metres.</param>
/// <param name="MaxViewport">Largest viewport of a rider, in degrees of latitude or longitude.</param>
/// <param name="Now">The server's clock, Unix ms: so that a client knows how far its own is off.</param>
public sealed record Capabilities(
    IReadOnlyList<string> Strategies, int MaxWaitSeconds, int PollIntervalMs, int AliveSeconds, int MaxReportFixes, int MaxReportBytes, int MaxNearRadius, double MaxViewport, long Now)
{
    public static Capabilities From(IOptions<DeliveryOptions> delivery, IOptions<Ingest.IngestOptions> ingest, TimeProvider time) => new(
        ["sse", "websocket", "long-poll", "poll"],
        delivery.Value.MaxWaitSeconds,
        delivery.Value.PollIntervalMs,
        delivery.Value.AliveSeconds,
        ingest.Value.MaxReportFixes,
        ingest.Value.MaxReportBytes,
        delivery.Value.MaxNearRadius,
        delivery.Value.MaxViewport,
        time.GetUtcNow().ToUnixTimeMilliseconds());
}
