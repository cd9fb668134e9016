using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Records.Database;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The life of a trip on SQLite, as in the embedded demo.</summary>
public sealed class SqliteTripTests(Redis7Engine redis) : IClassFixture<Redis7Engine>
{
    [Fact]
    public async Task WholeLife_OnSqlite_IsSeenByTheRider()
    {
        await redis.BeginAsync();
        var folder = Directory.CreateTempSubdirectory("ridetracker-sqlite-");
        try
        {
            var file = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=false";
            await using (var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = file })))
                await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
            await using var records = await RecordsNode.StartAsync(redis.EndPoint, file, null, ("Database:Engine", "Sqlite"));
            await using var node = await TrackingNode.StartAsync(redis.EndPoint);
            using var desk = new Desk(records);
            await desk.DriverAsync("d_1");
            var created = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.PostAsync("/v1/trips", 201, Desk.NewTrip, key: "k")));
            var trip = Assert.Single(created.Select(answer => answer.Word("id")).Distinct());
            await desk.AssignAsync(trip, "d_1");
            var next = await desk.TripAsync();
            Assert.True((await desk.AssignAsync(next, "d_1")).Json!["queued"]!.GetValue<bool>());
            await Eventually.IsSoAsync(async () => await redis.Database.KeyExistsAsync(RideTracker.Protocol.Hub.HubKeys.Trip(RideTracker.Protocol.TripId.Parse(trip))));
            await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, node, trip);
            await rider.UntilAsync(view => view.Status == "enroute-to-pickup");
            Assert.Equal("/problems/illegal-move", (await desk.PostAsync($"/v1/trips/{trip}/complete", 409)).Word("type"));
            await desk.PostAsync($"/v1/trips/{trip}/start", 200, ifMatch: "\"2\"");
            await desk.PostAsync($"/v1/trips/{trip}/complete", 200);
            await rider.UntilAsync(view => view.Status == "complete");

            Assert.False((await desk.GetAsync($"/v1/trips/{next}")).Json!["queued"]!.GetValue<bool>());
            Assert.Equal([next, trip], (await desk.GetAsync("/v1/trips?driver=d_1&limit=2")).Json!["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
            await desk.PostAsync($"/v1/trips/{next}/cancel", 200);
            await desk.PostAsync("/v1/drivers/d_1/duty", 200, """{"on":false}""");
            Assert.Equal("off-duty", (await desk.GetAsync("/v1/drivers?status=off-duty")).Json!["items"]![0]!["status"]!.GetValue<string>());
            Assert.Empty(records.Errors.All);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
