using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Tokens;

/// <summary>How long tokens may be good, and where share links lead. Section <c>Tokens</c>.</summary>
public sealed class TokensOptions
{
    public const string Section = "Tokens";

    /// <summary>Longest life of a token of a driver, dispatcher or service, in seconds: a year.</summary>
    [Range(60, 315_360_000)]
    public int MaxTtlSeconds { get; set; } = 31_536_000;

    /// <summary>Longest life of a rider's token and of a share link, in seconds. A day at the most: nodes know of a trip's end a little longer than that.</summary>
    [Range(60, 86_400)]
    public int MaxRiderTtlSeconds { get; set; } = 86_400;

    /// <summary>Address of the web map as riders reach it; a share link is this, <c>/t/#</c> and the token.</summary>
    [Required, Url]
    public string PublicUrl { get; set; } = "http://localhost:8080";

    /// <summary>How long what is known of a token is kept after its end, in days, for lists and audits. Nodes ask for revoked ones a day and an hour after their end.</summary>
    [Range(2, 3_650)]
    public int KeepDays { get; set; } = 30;
}
