using System.ComponentModel.DataAnnotations;

namespace RideTracker.Tracking.Delivery;

/// <summary>Settings of delivery, section <c>Delivery</c>.</summary>
public sealed class DeliveryOptions
{
    public const string Section = "Delivery";

    /// <summary>Longest wait of a long poll, in seconds; under the minute at which many proxies give up.</summary>
    [Range(1, 600)]
    public int MaxWaitSeconds { get; set; } = 50;

    /// <summary>How often short pollers should ask, in milliseconds.</summary>
    [Range(100, 600_000)]
    public int PollIntervalMs { get; set; } = 2_000;

    /// <summary>Silence after which a stream gets a sign of life, in seconds.</summary>
    [Range(1, 600)]
    public int AliveSeconds { get; set; } = 15;

    /// <summary>A client that takes nothing for so long is closed, in seconds.</summary>
    [Range(1, 600)]
    public int SlowSeconds { get; set; } = 30;

    /// <summary>After how long a client whose stream broke should come back, in milliseconds; spread by half up and down.</summary>
    [Range(100, 60_000)]
    public int RetryMs { get; set; } = 2_000;

    /// <summary>Largest viewport of a rider: degrees of latitude or longitude.</summary>
    [Range(0.001, 5.0)]
    public double MaxViewport { get; set; } = 0.5;

    /// <summary>How often a viewport's stream is written at the most, in milliseconds, unless the client asks otherwise.</summary>
    [Range(250, 60_000)]
    public int ViewportTickMs { get; set; } = 1_000;

    /// <summary>The same where it is read from the hub each time: beyond <see cref="MaxViewport"/>, and `near`.</summary>
    [Range(500, 60_000)]
    public int WideTickMs { get; set; } = 3_000;

    /// <summary>Largest radius of <c>near</c>, in metres.</summary>
    [Range(100, 100_000)]
    public int MaxNearRadius { get; set; } = 10_000;

    /// <summary>Most vehicles of <c>near</c>.</summary>
    [Range(1, 1_000)]
    public int MaxNearLimit { get; set; } = 50;

    /// <summary>Most open streams and held polls of this node; beyond, clients are told to back off.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 50_000;

    /// <summary>Origins whose pages may watch from a browser (CORS, and WebSockets), one text each or with commas between; <c>*</c> = any. None by default but the node's own.</summary>
    public string[] CorsOrigins { get; set; } = [];
}
