using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Events;

/// <summary>Settings of the log of events, section <c>Events</c>.</summary>
public sealed class EventsOptions
{
    public const string Section = "Events";

    /// <summary>How many days an event is kept.</summary>
    [Range(1, 3_650)]
    public int RetentionDays { get; set; } = 30;

    /// <summary>Most open streams of events on this host; beyond, a client is told to come back.</summary>
    [Range(1, 100_000)]
    public int MaxStreams { get; set; } = 500;

    /// <summary>Seconds of silence after which a stream says that it is alive.</summary>
    [Range(1, 300)]
    public int AliveSeconds { get; set; } = 15;

    /// <summary>A client that takes nothing for so long, in seconds, is let go.</summary>
    [Range(1, 600)]
    public int SlowSeconds { get; set; } = 30;

    /// <summary>Newest events that the host keeps at hand, for all streams together; who is further behind reads the database.</summary>
    [Range(16, 1_000_000)]
    public int TailEvents { get; set; } = 4_096;

    /// <summary>How often to look for new events, in milliseconds, besides PostgreSQL's NOTIFY; on SQLite at least five times a second.</summary>
    [Range(20, 60_000)]
    public int LookEveryMs { get; set; } = 1_000;
}
