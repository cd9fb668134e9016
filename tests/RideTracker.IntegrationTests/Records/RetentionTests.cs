using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Tokens;

namespace RideTracker.IntegrationTests.Records;

/// <summary>What is kept for a time only goes by itself.</summary>
public class RetentionTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeysAndTokensPastTheirTime_AreForgotten_AlsoWhereSomethingElseCannotBe()
    {
        await redis.BeginAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var stuck = new Stuck();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync(), time, services => services.AddSingleton<IExpires>(stuck));
        using var desk = records.As(TestTokens.Dispatcher());
        desk.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        var place = new { lat = 37.77, lng = -122.41 };
        using var trip = await desk.PostAsJsonAsync("/v1/trips", new { rider = "r-1", pickup = place, dropoff = place }, Cancel);
        using var token = await desk.PostAsJsonAsync("/v1/tokens", new { role = "driver", sub = "d-1", ttl = 60 }, Cancel);
        trip.EnsureSuccessStatusCode();
        token.EnsureSuccessStatusCode();
        Assert.Equal((1, 1), await CountAsync(records));

        time.Advance(TimeSpan.FromDays(31));
        await Eventually.IsSoAsync(async () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return await CountAsync(records) == (0, 0);
        });

        Assert.True(stuck.Asked > 1);
    }

    private static async Task<(int Keys, int Tokens)> CountAsync(RecordsNode records)
    {
        await using var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        return (await db.Set<IdempotencyRow>().CountAsync(Cancel), await db.Set<IssuedToken>().CountAsync(Cancel));
    }

    private sealed class Stuck : IExpires
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public string What => "things of a test";

        public Task ForgetAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            throw new InvalidOperationException("Not today.");
        }
    }
}
