using System.Buffers.Text;
using System.ComponentModel;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;

namespace RideTracker.Records.Api;

/// <summary>Which page of a list is asked for: <c>?after=</c> the cursor of the page before it, <c>?limit=</c> how many.</summary>
public sealed class PageQuery
{
    private const int MaxLimit = 200;
    private const int UsualLimit = 50;

    private const int MaxCursorLength = 512;

    [FromQuery(Name = "after")]
    [Description("`next` of the page before; without it, the first page.")]
    public string? After { get; init; }

    [FromQuery(Name = "limit")]
    [Description("How many at the most, 1 to 200; 50 by default.")]
    public string? Limit { get; init; }

    /// <summary>Reads it.</summary>
    /// <param name="errors">Gets what is wrong.</param>
    /// <returns>The key after which the page begins (null: at the beginning), and its size.</returns>
    public (string? After, int Limit) Read(FieldErrors errors)
    {
        var limit = ReadLimit(Limit, errors);
        if (After is null) return (null, limit);
        if (TryDecode(After, out var key)) return (key, limit);
        errors.Add("after", "is no cursor of this list: use `next` of the page before");
        return (null, limit);
    }

    /// <summary>Reads how many are asked for.</summary>
    public static int ReadLimit(string? text, FieldErrors errors)
    {
        if (text is null) return UsualLimit;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit) return limit;
        errors.Add("limit", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {MaxLimit}"));
        return UsualLimit;
    }

    /// <summary>Makes the cursor of a key. Opaque to clients: so the order can change without them.</summary>
    public static string Cursor(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    private static bool TryDecode(string cursor, out string key)
    {
        key = "";
        if (cursor.Length is 0 or > MaxCursorLength || !Base64Url.IsValid(cursor)) return false;
        key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return key.Length > 0 && !key.Contains('\0', StringComparison.Ordinal) && !key.Contains('\uFFFD', StringComparison.Ordinal);
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="Next">Cursor for <c>?after=</c>; absent on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>Makes a page of what was read: one more than the page holds tells that there is a next one.</summary>
    public static Page<T> Of(IReadOnlyList<T> read, int limit, Func<T, string> key) =>
        read.Count > limit ? new Page<T>([.. read.Take(limit)], PageQuery.Cursor(key(read[limit - 1]))) : new Page<T>(read, null);
}
