using System.ComponentModel.DataAnnotations;

namespace RideTracker.Tracking.Hub;

/// <summary>Settings of the hub, section <c>Hub</c>.</summary>
public sealed class HubOptions
{
    public const string Section = "Hub";

    /// <summary>StackExchange.Redis configuration: <c>HOST:PORT[,HOST:PORT][,password=...][,ssl=true]</c>.</summary>
    [Required]
    public string Redis { get; set; } = "localhost:6379";

    /// <summary>Number of partitions that drivers are spread over, 1 to 64; stored in the hub, all nodes must have the same.</summary>
    [Range(1, 64)]
    public int Partitions { get; set; } = 1;

    /// <summary>Whether accepted fixes are queued for Records. Off: live only.</summary>
    public HistoryMode History { get; set; } = HistoryMode.On;

    /// <summary>Most bytes of that queue per partition. The default is an hour of 2,000 fixes/s, each alone in its call, with all its fields and a driver's name of 36 characters: 149 bytes.</summary>
    [Range(1_000L, 1_000_000_000_000L)]
    public long HistoryMaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>How near to its next stop a car must be to arrive there, in metres.</summary>
    [Range(5.0, 1_000.0)]
    public double ArrivalRadiusMeters { get; set; } = 60;

    /// <summary>How long it must be there, slower than <see cref="ArrivalMaxSpeedMps"/>, in seconds.</summary>
    [Range(1.0, 600.0)]
    public double ArrivalSeconds { get; set; } = 8;

    /// <summary>A fix that is less accurate than this says nothing about an arrival, in metres.</summary>
    [Range(1.0, 100_000.0)]
    public double ArrivalMaxAccuracyMeters { get; set; } = 75;

    /// <summary>Highest speed at which a car may be arriving rather than driving past, in metres per second: a walking pace, as in a queue before the door.</summary>
    [Range(0.1, 50.0)]
    public double ArrivalMaxSpeedMps { get; set; } = 3;

    /// <summary>How near to its next stop a driver is asked for more fixes, in metres.</summary>
    [Range(0.0, 100_000.0)]
    public double NearStopMeters { get; set; } = 400;

    /// <summary>Most fixes in one script call, 500 to 20,000: bounds how long Redis is held by one call.</summary>
    [Range(500, 20_000)]
    public int MaxBatchFixes { get; set; } = 2_000;

    /// <summary>
    /// Milliseconds that a script call of a partition waits for more reports, 0 to 100, if it would begin within that time of the last: they share it.
    /// </summary>
    [Range(0, 100)]
    public int GatherMs { get; set; } = 2;

    /// <summary>Most reports waiting for one partition; beyond, ingest waits.</summary>
    [Range(16, 1_000_000)]
    public int QueueLength { get; set; } = 8_192;

    /// <summary>Connections that listen to what Redis publishes, 0 to 16; a thread each carries their messages to the riders. 0 = one for every four processors, four at the most.</summary>
    [Range(0, 16)]
    public int Listeners { get; set; }

    /// <summary>How long a call to Redis may take, in milliseconds.</summary>
    [Range(100, 60_000)]
    public int TimeoutMs { get; set; } = 5_000;
}

/// <summary>Whether accepted fixes are kept for Records.</summary>
public enum HistoryMode
{
    On,
    Off,
}
