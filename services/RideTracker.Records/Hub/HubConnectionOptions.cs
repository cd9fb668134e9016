using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Hub;

/// <summary>Where the hub is, section <c>Hub</c>: the same settings as the tracking nodes have.</summary>
public sealed class HubConnectionOptions
{
    public const string Section = "Hub";

    /// <summary>StackExchange.Redis configuration: <c>HOST:PORT[,HOST:PORT][,password=...][,ssl=true]</c>.</summary>
    [Required]
    public string Redis { get; set; } = "localhost:6379";

    /// <summary>Number of partitions that drivers are spread over, 1 to 64; stored in the hub, all hosts must have the same.</summary>
    [Range(1, 64)]
    public int Partitions { get; set; } = 1;

    /// <summary>Most bytes of the queue of fixes per partition. The nodes keep to it; here it is shown beside what the queue holds.</summary>
    [Range(1_000L, 1_000_000_000_000L)]
    public long HistoryMaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>How long a call to Redis may take, in milliseconds.</summary>
    [Range(100, 60_000)]
    public int TimeoutMs { get; set; } = 5_000;
}
