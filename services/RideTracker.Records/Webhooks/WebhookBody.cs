using System.Net;
using RideTracker.Records.Api;
using RideTracker.Records.Events;

namespace RideTracker.Records.Webhooks;

/// <summary>A webhook as a client sets it.</summary>
internal sealed record WebhookBody : ICheckedBody
{
    /// <summary>Absolute, http or https.</summary>
    public string? Url { get; init; }

    /// <summary>16 to 256 visible ASCII characters; left out: kept, or made at the first time.</summary>
    public string? Secret { get; init; }

    /// <summary>Kinds of events; left out or empty: all.</summary>
    public IReadOnlyList<string?>? Kinds { get; init; }

    /// <summary>Whether it is sent to; true by default.</summary>
    public bool? Active { get; init; }

    public void Check(FieldErrors errors)
    {
        errors.RequireText("url", Url, 2_000);
        if (Url is not null && !(Uri.TryCreate(Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Fragment.Length == 0))
            errors.Add("url", "must be absolute, http or https, without user and fragment");
        if (Secret is not null && (Secret.Length is < 16 or > 256 || Secret.AsSpan().ContainsAnyExceptInRange('!', '~'))) errors.Add("secret", "must be 16 to 256 visible ASCII characters");
        foreach (var kind in Kinds ?? [])
        {
            if (kind is null || !EventKinds.All.Contains(kind)) errors.Add("kinds", $"must be of {string.Join(", ", EventKinds.All.Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>Says at once what every try would run into: an address in the URL itself that may not be used.</summary>
    public bool IsAtPrivateAddress() => IPAddress.TryParse(new Uri(Url!).Host.Trim('[', ']'), out var address) && !AddressGuard.IsPublic(address);
}

/// <summary>What to send again: events by number, or all that is dead.</summary>
internal sealed record ReplayBody : ICheckedBody
{
    public const int MaxEvents = 10_000;

    /// <summary>First number.</summary>
    public long? From { get; init; }

    /// <summary>Last number.</summary>
    public long? To { get; init; }

    /// <summary>All dead deliveries, in place of numbers.</summary>
    public bool? Dead { get; init; }

    public void Check(FieldErrors errors)
    {
        if (Dead == true)
        {
            if (From is not null || To is not null) errors.Add("dead", "stands alone: give either dead, or from and to");
            return;
        }

        if (errors.Require("from", From) & errors.Require("to", To) && !(From >= 1 && To >= From && To - From < MaxEvents))
            errors.Add("to", FormattableString.Invariant($"must be from or higher, {MaxEvents} numbers at the most; from is 1 or higher"));
    }
}

/// <summary>A webhook as it is shown.</summary>
/// <param name="Id">Its name in URLs.</param>
/// <param name="Url">Where events are sent.</param>
/// <param name="Kinds">Which; empty: all.</param>
/// <param name="Active">Whether it is sent to.</param>
/// <param name="Cursor">Number of the last event that was taken up for it.</param>
/// <param name="Secret">Only in the answer to the request that set or made it.</param>
internal sealed record WebhookView(string Id, string Url, IReadOnlyList<string> Kinds, bool Active, long Cursor, string? Secret)
{
    public static WebhookView Of(WebhookRow row, string? secret = null) => new(row.Id, row.Url, row.KindList(), row.Active, row.Cursor, secret);
}

/// <summary>A delivery as it is shown.</summary>
/// <param name="Delivery">Header <c>RideTracker-Delivery</c>.</param>
/// <param name="Number">The event's number.</param>
/// <param name="State">pending, delivered, dead.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="Next">When it is tried next (Unix ms).</param>
/// <param name="Ended">When it was delivered or given up (Unix ms).</param>
/// <param name="LastStatus">HTTP status of the last answer.</param>
/// <param name="LastError">Why the last try failed.</param>
internal sealed record DeliveryView(long Delivery, long Number, string State, int Tries, long? Next, long? Ended, int? LastStatus, string? LastError)
{
    public static DeliveryView Of(DeliveryRow row) =>
        new(row.Id, row.Number, row.State, row.Tries, row.State == DeliveryRow.Pending ? row.NextMs : null, row.EndedMs, row.LastStatus, row.LastError);
}

/// <summary>What a replay does.</summary>
/// <param name="Queued">How many deliveries are due now.</param>
internal sealed record ReplayAnswer(int Queued);
