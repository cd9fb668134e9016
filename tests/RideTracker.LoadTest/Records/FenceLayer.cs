using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Records;

/// <summary>
/// Makes a city's geofences, and tells afterwards what became of them. Those of the first district come by Records' own HTTP API, which checks them; the
/// others have the same shapes, and are written beside them at once: one by one, ten thousand take minutes.
/// </summary>
internal sealed class FenceLayer(RecordsTarget target, FencedCity city)
{
    private const int KnownWithinSeconds = 60;

    /// <summary>Makes them all, and returns once Records' index has them.</summary>
    /// <exception cref="LoadTestException">One was refused, or Records does not come to know them.</exception>
    public async Task LayAsync(CancellationToken cancellationToken)
    {
        for (var fence = 0; fence < FencedCity.PerDistrict; fence++) await PutAsync(fence, cancellationToken);
        await InsertAsync(FencedCity.PerDistrict, cancellationToken);
        var begin = Clock.Ns;
        while (await target.MetricAsync("ridetracker_geofences_fences", cancellationToken) != city.Fences)
        {
            if (Clock.Ns - begin > KnownWithinSeconds * Clock.Second) throw new LoadTestException(ExitCodes.CannotStart, "Records does not come to know all geofences.");
            await Task.Delay(200, cancellationToken);
        }
    }

    private async Task PutAsync(int fence, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/geofences/{FencedCity.Id(fence)}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", target.ServiceToken);
        request.Content = new StringContent(city.GeoJson(fence), Encoding.UTF8, "application/geo+json");
        using var answer = await target.Http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new LoadTestException(ExitCodes.CannotStart, $"Geofence {fence} was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }

    // What Records' GeofenceStore writes for one: the version of the set raised, the rows with it, and the notice.
    private async Task InsertAsync(int from, CancellationToken cancellationToken)
    {
        var rest = Enumerable.Range(from, city.Fences - from).ToList();
        await using var connection = new NpgsqlConnection(target.Database);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            WITH now AS (UPDATE geofence_set SET version = version + 1 RETURNING version)
            INSERT INTO geofences (id, area, version, updated_at)
            SELECT id, ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(json), 4326)), now.version, now() FROM unnest($1, $2) AS fence (id, json), now;
            """,
            connection)
        { CommandTimeout = 300 };
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rest.Select(FencedCity.Id)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rest.Select(city.GeoJson)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var notify = new NpgsqlCommand("SELECT pg_notify('ridetracker_geofences', '')", connection);
        await notify.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Counts what the run wrote: events, and of each driver how many geofences it is in.</summary>
    public async Task<FenceResult> CountAsync(double eventsPerThousandFixes)
    {
        await using var connection = new NpgsqlConnection(target.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT (SELECT count(*) FROM events WHERE kind IN ('enter', 'exit')), min(inside), avg(inside)::float8
            FROM (SELECT (SELECT count(*) FROM jsonb_array_elements(stays::jsonb) AS stay WHERE (stay->>'in')::boolean) AS inside FROM geofence_presence) AS drivers
            """,
            connection)
        { CommandTimeout = 300 };
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new FenceResult
        {
            Fences = city.Fences,
            Events = row.GetInt64(0),
            EventsPerThousandFixes = eventsPerThousandFixes,
            FewestHits = row.IsDBNull(1) ? 0 : row.GetInt64(1),
            MeanHits = row.IsDBNull(2) ? 0 : row.GetDouble(2),
        };
    }
}

/// <summary>What a run among geofences wrote.</summary>
internal sealed record FenceResult
{
    public required int Fences { get; init; }

    /// <summary>Enter and exit events in the table at the end, those of the first fixes (each driver enters its zones) included.</summary>
    public required long Events { get; init; }

    /// <summary>Events of the measured time, for each 1,000 fixes written in it.</summary>
    public required double EventsPerThousandFixes { get; init; }

    /// <summary>Geofences that the driver with the fewest is in at the end.</summary>
    public required long FewestHits { get; init; }

    /// <summary>The same, the mean of all drivers.</summary>
    public required double MeanHits { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"geofences: {Fences:#,0}; drivers in {MeanHits:0.00} of them, {FewestHits} at least; {Events:#,0} enter and exit events written, {EventsPerThousandFixes:0.0} for each 1,000 fixes measured");
}
