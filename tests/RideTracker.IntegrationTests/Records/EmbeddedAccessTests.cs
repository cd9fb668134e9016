using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Database;
using RideTracker.Records.Privacy;
using RideTracker.Records.Tokens;
using RideTracker.Records.Trips;

namespace RideTracker.IntegrationTests.Records;

/// <summary>Tokens, share links, export and erasure on SQLite, as the embedded demo has it.</summary>
public class EmbeddedAccessTests(Redis7Engine redis) : IClassFixture<Redis7Engine>
{
    [Fact]
    public async Task TokensSharesAndErasure_WorkOnSqlite()
    {
        var stop = TestContext.Current.CancellationToken;
        await redis.BeginAsync();
        var folder = Directory.CreateTempSubdirectory("ridetracker-sqlite-");
        try
        {
            var database = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=false";
            await using (var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = database })))
                await db.Database.EnsureCreatedAsync(stop);
            await using var records = await RecordsNode.StartAsync(redis.EndPoint, database, null, ("Database:Engine", "Sqlite"), ("Trails:PollMs", 50));
            await using var node = await TrackingNode.StartAsync(redis.EndPoint);
            using var desk = new Desk(records, TestTokens.Make("backend", "service"));
            var databases = records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>();

            var trip = await desk.AssignedTripAsync("drv-7");
            for (var i = 0; i < 3; i++) await desk.PostAsync("/v1/tokens", 200, """{"role":"driver","sub":"drv-7","ttl":600}""");
            var share = (await desk.PostAsync($"/v1/trips/{trip}/share", 201, """{"ttl":600}""")).Word("share");
            var page = await desk.GetAsync("/v1/tokens?limit=2");
            var rest = await desk.GetAsync($"/v1/tokens?limit=2&after={page.Word("next")}");
            Assert.Equal((2, 2), (page.Json!["items"]!.AsArray().Count, rest.Json!["items"]!.AsArray().Count));
            await desk.AskAsync(HttpMethod.Delete, $"/v1/trips/{trip}/share/{share}", 204);
            await Eventually.IsSoAsync(async () => await redis.Database.SortedSetLengthAsync(HubKeys.Revoked) == 1);
            await new TestDriver("drv-7").ReportAsync(node, TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
            await desk.PostAsync($"/v1/trips/{trip}/cancel", 200, key: "cancel/drv-7");

            var (person, file) = (new Person(PersonKind.Driver, "drv-7"), Path.Combine(folder.FullName, "drv-7.zip"));
            await Eventually.IsSoAsync(async () => !await records.Services.GetRequiredService<PersonInHub>().IsQueuedAsync(person, stop));
            await records.Services.GetRequiredService<PersonExport>().WriteAsync(person, file, "test", stop);
            await using (var zip = await ZipFile.OpenReadAsync(file, stop)) Assert.True(zip.GetEntry("fixes.ndjson")!.Length > 0);
            var erased = await records.Services.GetRequiredService<Erasure>().RunAsync(person, "test", TimeSpan.FromSeconds(20), TextWriter.Null, stop);

            Assert.Equal((1, 3, 1), (erased["fixes"], erased["tokens"], erased["idempotency_keys"]));
            await using var after = await databases.CreateDbContextAsync(stop);
            Assert.Equal(Person.Nobody, (await after.Set<TripRow>().SingleAsync(row => row.Id == trip, stop)).Driver);
            Assert.All(await after.Set<IssuedToken>().Where(token => token.Role == "driver").ToListAsync(stop), token => Assert.True(token.Subject == Person.Nobody && token.Revoked is not null));
            Assert.DoesNotContain(await RedisDump.OfAsync(redis.Redis), line => line.Contains("drv-7", StringComparison.Ordinal));
            foreach (var rule in PersonalData.Rules.Where(rule => rule.IsAbout(person)))
                Assert.Equal(0, await PersonalRows.CountAsync(after, rule, person, stop));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
