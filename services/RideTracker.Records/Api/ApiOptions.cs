using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Api;

/// <summary>Settings of Records' HTTP API, section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>How long an <c>Idempotency-Key</c> is remembered.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan IdempotencyKeep { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Most keys that are remembered; the oldest go first.</summary>
    [Range(1_000, 100_000_000)]
    public int MaxIdempotencyKeys { get; set; } = 1_000_000;
}
