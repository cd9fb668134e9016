using System.Net;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Records.Hosting;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The Records host itself: what it needs to start, and what it says where that is missing.</summary>
public class RecordsHostTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    [Fact]
    public async Task Host_OverAMigratedDatabase_IsReady()
    {
        await redis.BeginAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());

        using var ready = await records.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task Host_OverADatabaseWithoutTables_SaysToMigrate()
    {
        await redis.BeginAsync();
        var empty = await postgres.CreateEmptyDatabaseAsync();

        var refusal = await Assert.ThrowsAsync<DatabaseBehindException>(() => RecordsNode.StartAsync(redis.EndPoint, empty));

        Assert.Contains("migrate", refusal.Message, StringComparison.Ordinal);
    }
}

/// <summary>The Records host over the image that docker-compose.yml runs.</summary>
public class RecordsOnPostgres17Tests(Redis7Engine redis, PostgisContainer postgres) : IClassFixture<Redis7Engine>, IClassFixture<PostgisContainer>
{
    [Fact]
    public async Task Host_OverTheImageMigrated_IsReady()
    {
        var database = postgres.Require();
        await redis.BeginAsync();
        await PostgresServer.MigrateAsync(database);
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);

        using var ready = await records.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }
}
