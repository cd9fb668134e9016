namespace RideTracker.Records.Privacy;

/// <summary>
/// Every column of the database that can hold an id, and what erasing does with it. A test reads the tables of a migrated database and fails for a column of text
/// or bytes that stands neither in <see cref="Rules"/> nor in <see cref="Impersonal"/>: whoever adds one decides here.
/// </summary>
internal static class PersonalData
{
    /// <summary>In this order.</summary>
    public static IReadOnlyList<PersonalRule> Rules { get; } =
    [
        new("outbox", "key", Names.Driver, Fate.Drained),
        new("outbox", "data", Names.Either, Fate.Drained),
        new("fixes", "driver", Names.Driver, Fate.Delete),
        new("dead_fixes", "driver", Names.Driver, Fate.Delete),
        new("dead_fixes", "payload", Names.Either, Fate.DeleteQuoting),
        new("dead_fixes", "error", Names.Either, Fate.DeleteQuoting),
        // What happened to a trip or at a fence stays, without who it was and where exactly.
        new("events", "driver", Names.Driver, Fate.Clear) { Also = "data = CASE WHEN kind = 'trip-status' THEN data END" },
        new("events", "data", Names.Either, Fate.Requote),
        // The car's arrival at a rider's door is the door.
        new("events", "trip", Names.Rider, Fate.Blur)
        {
            Through = "trip IN (SELECT id FROM trips WHERE rider = {0})", Also = "data = CASE WHEN kind = 'trip-status' THEN data END", NotTheirs = ["driver"],
        },
        new("geofence_presence", "driver", Names.Driver, Fate.Delete),
        new("webhook_deliveries", "last_error", Names.Either, Fate.Clear),
        // A revoked token stays known by its name until it ends: forgotten, it would be good again after Redis was rebuilt.
        new("tokens", "sub", Names.Driver, Fate.Replace) { Where = "role = 'driver'" },
        new("tokens", "sub", Names.Rider, Fate.Replace) { Where = "role = 'rider'" },
        new("idempotency_keys", "scope", Names.Either, Fate.DeleteQuoting),
        new("idempotency_keys", "key", Names.Either, Fate.DeleteQuoting),
        new("idempotency_keys", "body", Names.Either, Fate.DeleteQuoting),
        new("idempotency_keys", "location", Names.Either, Fate.DeleteQuoting),
        new("off_duty", "driver", Names.Driver, Fate.Delete),
        new("drivers", "id", Names.Driver, Fate.Delete),
        // Trips stay to be counted: when, how they ended, and for a rider roughly where (a tenth of a degree).
        new("trips", "driver", Names.Driver, Fate.Replace)
        {
            Also = "card_name = NULL, card_vehicle = NULL, card_plate = NULL, route_line = NULL",
            NotTheirs = ["rider", "pickup_label", "dropoff_label"],
        },
        new("trips", "rider", Names.Rider, Fate.Replace)
        {
            Also = """
                pickup_label = NULL, dropoff_label = NULL, route_line = NULL,
                pickup_lat = round(pickup_lat * 10) / 10, pickup_lng = round(pickup_lng * 10) / 10,
                dropoff_lat = round(dropoff_lat * 10) / 10, dropoff_lng = round(dropoff_lng * 10) / 10
                """,
            NotTheirs = ["driver"],
        },
    ];

    /// <summary>Columns of text or bytes that hold no driver's or rider's id, or are taken care of with one that does, as <c>table.column</c>.</summary>
    public static IReadOnlySet<string> Impersonal { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        // Words, and ids that we make.
        "dead_fixes.element", "dead_fixes.kind", "events.kind", "events.trip", "events.geofence", "outbox.kind", "tokens.jti", "tokens.role", "tokens.trip", "tokens.share",
        "trips.id", "trips.status", "geofences.id", "geofence_presence.stays", "webhooks.id", "webhooks.kinds", "webhook_deliveries.webhook", "webhook_deliveries.state",
        // What staff wrote of places and of other servers.
        "geofences.name", "geofences.area", "webhooks.url", "webhooks.secret",
        // A hash.
        "idempotency_keys.fingerprint",
        // Of staff.
        "tokens.issued_by", "tokens.revoked_by",
        // Go with the row's person.
        "drivers.name", "drivers.vehicle", "drivers.plate", "trips.pickup_label", "trips.dropoff_label", "trips.card_name", "trips.card_vehicle", "trips.card_plate", "trips.route_line",
        // The record of what was done: the one place that keeps the id.
        "privacy_requests.action", "privacy_requests.kind", "privacy_requests.subject", "privacy_requests.by", "privacy_requests.counts",
    };
}
