using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Records.Events;
using RideTracker.IntegrationTests.Records.Trails;
using RideTracker.Records.Database;
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

    [Fact]
    public async Task CommandWhileTheDatabaseIsAway_SaysWhichSettingAndNoStackTrace()
    {
        await redis.BeginAsync();
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateEmptyDatabaseAsync());
        await using var relay = new CuttingRelay(database.Port);
        await relay.GoAsync();
        database.Port = relay.Port;

        var (code, output) = await RecordsCommandLine.RunAsync(redis.EndPoint, database.ConnectionString, "migrate");

        Assert.Equal(78, code);
        Assert.Contains("Database:ConnectionString", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_OfANewDatabase_SaysWhatItDidAndNothingOfFailures()
    {
        await redis.BeginAsync();

        var (code, output) = await RecordsCommandLine.RunAsync(redis.EndPoint, await postgres.CreateEmptyDatabaseAsync(), "migrate");

        Assert.Equal(0, code);
        Assert.Contains("migrations applied.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_OnATakenAddress_SaysSoWithoutAStackTrace()
    {
        await redis.BeginAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, output) = await RecordsCommandLine.RunAsync(redis.EndPoint, await postgres.CreateDatabaseAsync(), [], [new("ASPNETCORE_URLS", $"http://{taken.LocalEndpoint}")]);

        Assert.Equal(78, code);
        Assert.Contains($"{taken.LocalEndpoint}: address already in use", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangeThatLostADeadlock_IsDoneAgain()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);
        var databases = records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>();
        var attempts = 0;

        var outcome = await databases.InTransactionAsync(async db =>
        {
            await db.Database.ExecuteSqlRawAsync("CREATE OR REPLACE FUNCTION pg_temp.lose() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '40P01'; END $$", TestContext.Current.CancellationToken);
            // As the engine tells it in the answer to a query.
            if (++attempts == 1) await db.Database.SqlQuery<int>($"SELECT pg_temp.lose() AS \"Value\"").SingleAsync(TestContext.Current.CancellationToken);
            return (false, attempts);
        }, TestContext.Current.CancellationToken);

        Assert.Equal(2, outcome);
    }

    [Fact]
    public async Task DatabaseAwayForAnHour_TheHostSaysSoAndGoesOnAfterwards()
    {
        await redis.BeginAsync();
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        await using var relay = new CuttingRelay(database.Port);
        database.Port = relay.Port;
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database.ConnectionString, time);
        using var staff = records.As(TestTokens.Make("desk", "dispatcher", lifetime: TimeSpan.FromDays(300)));

        await relay.GoAsync();
        // Everything that looks at the database by the clock does so, several times; so do arrivals.
        await redis.Database.ListRightPushAsync("{p0}:arrivals", """{"trip":"t-1","driver":"d-1","stop":"pickup","version":1,"time":1,"lat":1,"lng":1}""");
        await Eventually.IsSoAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(5));
            return Task.FromResult(relay.Refused >= 60);
        });
        using var refused = await staff.GetAsync("/v1/trips", TestContext.Current.CancellationToken);
        using var notReady = await records.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var stream = await EventStream.OpenAsync(records, TestTokens.Make("desk", "dispatcher", lifetime: TimeSpan.FromDays(300)));
        Assert.Null(await stream.AnyAsync());
        Assert.False(records.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested, string.Join('\n', records.Errors.All));
        relay.Return();
        using var served = await staff.GetAsync("/v1/trips", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("database-unavailable", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
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
