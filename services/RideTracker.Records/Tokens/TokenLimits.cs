using System.Globalization;
using RideTracker.Records.Api;

namespace RideTracker.Records.Tokens;

/// <summary>What the wire and the tables agree on.</summary>
internal static class TokenLimits
{
    /// <summary>Longest <c>jti</c> and <c>sub</c>, in characters.</summary>
    public const int Text = 256;

    /// <summary>A life of 1 to <paramref name="maxSeconds"/> seconds, which must be there.</summary>
    public static void CheckTtl(FieldErrors errors, int? ttl, int maxSeconds)
    {
        if (errors.Require("ttl", ttl) && !(ttl >= 1 && ttl <= maxSeconds)) errors.Add("ttl", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {maxSeconds} (seconds)"));
    }
}
