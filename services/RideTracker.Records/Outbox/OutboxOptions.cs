using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Outbox;

/// <summary>How what the hub must know gets there, section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    public const string Section = "Outbox";

    /// <summary>How often the outbox is looked at where no message told of anything, in milliseconds.</summary>
    [Range(20, 60_000)]
    public int PollMs { get; set; } = 1_000;

    /// <summary>Most rows of one transaction.</summary>
    [Range(1, 10_000)]
    public int BatchRows { get; set; } = 200;
}
