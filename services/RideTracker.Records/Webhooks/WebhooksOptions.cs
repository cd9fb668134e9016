using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Webhooks;

/// <summary>Settings of webhooks, section <c>Webhooks</c>.</summary>
public sealed class WebhooksOptions
{
    public const string Section = "Webhooks";

    /// <summary>Whether a webhook may be at a private address (loopback, 10.0.0.0/8 and so on). Off: whoever may set a webhook can't reach what only this host reaches.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>Most webhooks.</summary>
    [Range(1, 10_000)]
    public int MaxWebhooks { get; set; } = 100;

    /// <summary>Most deliveries of one webhook that are under way at once on this host.</summary>
    [Range(1, 64)]
    public int AtOnce { get; set; } = 4;

    /// <summary>Most deliveries of one webhook that wait; beyond, further events wait in the log.</summary>
    [Range(100, 10_000_000)]
    public int MaxPending { get; set; } = 100_000;

    /// <summary>How long the receiver may take for its answer, in seconds.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>After the first failure it is tried again within so many seconds, after each further one within twice as many.</summary>
    [Range(1, 3_600)]
    public int RetryBaseSeconds { get; set; } = 5;

    /// <summary>Longest wait between two tries, in seconds.</summary>
    [Range(1, 86_400)]
    public int RetryMaxSeconds { get; set; } = 3_600;

    /// <summary>A delivery that has failed for so many hours is dead: it waits for a replay.</summary>
    [Range(1, 720)]
    public int GiveUpHours { get; set; } = 24;

    /// <summary>How many days to remember what was delivered.</summary>
    [Range(1, 365)]
    public int KeepDeliveredDays { get; set; } = 3;

    /// <summary>How often to look for what is due, in milliseconds.</summary>
    [Range(20, 60_000)]
    public int LookEveryMs { get; set; } = 1_000;
}
