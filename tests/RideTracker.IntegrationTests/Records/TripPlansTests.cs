using Microsoft.EntityFrameworkCore;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Trips;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The lists that are asked often read their page from an index, on a million trips.</summary>
public sealed class TripPlansTests(PostgresServer postgres)
{
    [Fact]
    public async Task PagesOfTrips_AreReadFromTheirIndexes()
    {
        await using var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { ConnectionString = await postgres.CreateDatabaseAsync(), CommandTimeoutSeconds = 300 }));
        // One in a hundred is new, the others are over: as after months of service.
        await db.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO trips (id, status, version, rider, driver, queued, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, created_at, ended_at, route_version, route_given)
            SELECT 't_' || lpad(n::text, 26, '0'), CASE WHEN n % 100 = 0 THEN 'new' ELSE 'complete' END, 1, 'r_' || n % 50000,
                   CASE WHEN n % 100 = 0 THEN NULL ELSE 'd_' || n % 5003 END, false, 37.7, -122.4, 37.8, -122.4, now(), now(), 0, false
            FROM generate_series(1, 1000000) AS n
            """,
            TestContext.Current.CancellationToken);
        await db.Database.ExecuteSqlRawAsync("ANALYZE trips", TestContext.Current.CancellationToken);
        var middle = "t_" + "500000".PadLeft(26, '0');

        await ReadsAsync(db, TripQueries.Page(db, TripStatus.New, null, null, null, 51), TripTable.ByStatus);
        await ReadsAsync(db, TripQueries.Page(db, TripStatus.New, null, null, middle, 201), TripTable.ByStatus);
        await ReadsAsync(db, TripQueries.Page(db, null, "d_77", null, null, 51), TripTable.ByDriver);
        await ReadsAsync(db, TripQueries.Page(db, null, "d_77", null, middle, 51), TripTable.ByDriver);
        await ReadsAsync(db, TripQueries.Page(db, null, null, "r_77", middle, 51), TripTable.ByRider);
        Assert.Equal(51, await TripQueries.Page(db, TripStatus.New, null, null, middle, 51).CountAsync(TestContext.Current.CancellationToken));
    }

    private static async Task ReadsAsync(RecordsDb db, IQueryable<TripRow> query, string index)
    {
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = query.CreateDbCommand();
        command.CommandText = "EXPLAIN " + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plan = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) plan.Add(reader.GetString(0));
        var text = string.Join('\n', plan);
        Assert.True(text.Contains($"Index Scan Backward using {index}", StringComparison.Ordinal), text);
        Assert.False(text.Contains("Sort", StringComparison.Ordinal) || text.Contains("Seq Scan", StringComparison.Ordinal), text);
    }
}
