using RideTracker.Protocol;
using RideTracker.Records.Api;

namespace RideTracker.Records.Events;

/// <summary>Which events are asked for: all of the kinds (none: any), of one trip, of one driver.</summary>
internal sealed record EventFilter(IReadOnlyList<string> Kinds, string? Trip, string? Driver)
{
    /// <summary>Reads <c>?kind=</c> (words with commas between, or repeated), <c>?trip=</c> and <c>?driver=</c>.</summary>
    public static EventFilter Read(string[]? kinds, string? trip, string? driver, FieldErrors errors)
    {
        var words = (kinds ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal).ToList();
        if (words.Any(word => !EventKinds.All.Contains(word))) errors.Add("kind", $"must be of {string.Join(", ", EventKinds.All.Order(StringComparer.Ordinal))}");
        if (trip is not null && !TripId.TryParse(trip, out _)) errors.Add("trip", "is no trip id");
        if (driver is not null && !DriverId.TryParse(driver, out _)) errors.Add("driver", "is no driver id");
        return new EventFilter(words, trip, driver);
    }

    public bool Takes(EventRow row) =>
        (Kinds.Count == 0 || Kinds.Contains(row.Kind)) && (Trip is null || row.Trip == Trip) && (Driver is null || row.Driver == Driver);

    public IQueryable<EventRow> Apply(IQueryable<EventRow> rows)
    {
        if (Kinds.Count > 0) rows = rows.Where(row => Kinds.Contains(row.Kind));
        if (Trip is not null) rows = rows.Where(row => row.Trip == Trip);
        if (Driver is not null) rows = rows.Where(row => row.Driver == Driver);
        return rows;
    }
}
