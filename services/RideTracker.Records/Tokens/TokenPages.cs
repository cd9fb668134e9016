using System.Globalization;
using RideTracker.Records.Api;

namespace RideTracker.Records.Tokens;

/// <summary>Where a page of tokens ends: lists are in the order of their creation.</summary>
internal static class TokenPages
{
    public static string Key(IssuedToken token) => string.Create(CultureInfo.InvariantCulture, $"{token.Created.UtcTicks} {token.Jti}");

    /// <summary>Reads a key; null for the first page.</summary>
    public static (DateTimeOffset Created, string? Jti) Read(string? key, FieldErrors errors)
    {
        if (key is null) return (default, null);
        var space = key.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && long.TryParse(key.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.UtcTicks)
            return (new DateTimeOffset(ticks, TimeSpan.Zero), key[(space + 1)..]);
        errors.Add("after", "is no cursor of this list: use `next` of the page before");
        return (default, null);
    }
}
