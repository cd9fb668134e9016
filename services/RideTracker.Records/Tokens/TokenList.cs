using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Tokens;

/// <summary>Reads what is known of tokens, a page at a time, oldest first.</summary>
public static class TokenList
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 100;

    /// <summary>One page.</summary>
    /// <param name="db">The database.</param>
    /// <param name="role">Only of this role.</param>
    /// <param name="subject">Only of this holder.</param>
    /// <param name="trip">Only for this trip.</param>
    /// <param name="after">The cursor of the page before; null = from the start.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The page; null if the cursor is none of ours.</returns>
    public static async Task<TokenPage?> ReadAsync(RecordsDb db, string? role, string? subject, string? trip, string? after, CancellationToken cancellationToken)
    {
        var tokens = db.Set<IssuedToken>().AsNoTracking();
        if (role is not null) tokens = tokens.Where(token => token.Role == role);
        if (subject is not null) tokens = tokens.Where(token => token.Subject == subject);
        if (trip is not null) tokens = tokens.Where(token => token.Trip == trip);
        if (after is not null)
        {
            if (!TryReadCursor(after, out var created, out var jti)) return null;
            tokens = tokens.Where(token => token.Created > created || (token.Created == created && string.Compare(token.Jti, jti) > 0));
        }

        var rows = await tokens.OrderBy(token => token.Created).ThenBy(token => token.Jti).Take(PageSize + 1).ToListAsync(cancellationToken);
        var next = rows.Count > PageSize ? WriteCursor(rows[PageSize - 1]) : null;
        return new TokenPage([.. rows.Take(PageSize).Select(TokenView.Of)], next);
    }

    private static string WriteCursor(IssuedToken token) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{token.Created.UtcTicks} {token.Jti}")));

    private static bool TryReadCursor(string text, out DateTimeOffset created, out string jti)
    {
        (created, jti) = (default, "");
        if (!Base64Url.IsValid(text)) return false;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        var space = plain.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || !long.TryParse(plain.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.UtcTicks) return false;
        (created, jti) = (new DateTimeOffset(ticks, TimeSpan.Zero), plain[(space + 1)..]);
        return true;
    }
}

/// <summary>A page of tokens.</summary>
/// <param name="Tokens">Oldest first.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last one.</param>
public sealed record TokenPage(IReadOnlyList<TokenView> Tokens, string? Next);

/// <summary>What lists say of a token. Times are Unix ms.</summary>
/// <param name="Jti">Its name.</param>
/// <param name="Role">What its holder is; absent where it was issued elsewhere.</param>
/// <param name="Sub">Who holds it; absent where it was issued elsewhere.</param>
/// <param name="Trip">The one trip that it is for.</param>
/// <param name="Share">The share link that it stands in.</param>
/// <param name="Created">When it was issued, or first heard of.</param>
/// <param name="Expires">When it ends by itself.</param>
/// <param name="Revoked">When it was revoked; absent if it was not.</param>
/// <param name="IssuedBy">Who had it issued.</param>
/// <param name="RevokedBy">Who revoked it.</param>
public sealed record TokenView(
    string Jti, string? Role, string? Sub, string? Trip, string? Share, long Created, long Expires, long? Revoked, string? IssuedBy, string? RevokedBy)
{
    internal static TokenView Of(IssuedToken token) => new(
        token.Jti, token.Role, token.Subject, token.Trip, token.Share, token.Created.ToUnixTimeMilliseconds(), token.Expires.ToUnixTimeMilliseconds(),
        token.Revoked?.ToUnixTimeMilliseconds(), token.IssuedBy, token.RevokedBy);
}
