using System.ComponentModel.DataAnnotations;

namespace RideTracker.Tracking.Hosting;

/// <summary>Settings of the node, section <c>Tracking</c>.</summary>
public sealed class TrackingOptions
{
    public const string Section = "Tracking";

    /// <summary>What this node does, so that drivers and riders scale apart; both by default.</summary>
    public NodeRole Roles { get; set; } = NodeRole.Ingest | NodeRole.Delivery;

    /// <summary>Over how long the node sends its clients away when it stops, in seconds.</summary>
    [Range(0, 600)]
    public int DrainSeconds { get; set; } = 10;

    /// <summary>What the node is called in <c>GET /v1/nodes</c>; the machine's name where it is not set.</summary>
    public string? Name { get; set; }

    /// <summary>How often the node tells the others how it fares, in milliseconds; one that was not heard for three times as long is left out.</summary>
    [Range(100, 60_000)]
    public int TellMs { get; set; } = 2_000;

    /// <summary>Largest request body, in bytes; reports have their own limit below it.</summary>
    [Range(1_024, 100_000_000)]
    public long MaxBodyBytes { get; set; } = 1_048_576;
}

/// <summary>What a node does. Several are written with a comma: <c>Ingest,Delivery</c>.</summary>
[Flags]
public enum NodeRole
{
    /// <summary>Drivers report here.</summary>
    Ingest = 1,

    /// <summary>Riders look here.</summary>
    Delivery = 2,
}
