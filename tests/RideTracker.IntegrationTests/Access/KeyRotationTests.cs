using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Records;

namespace RideTracker.IntegrationTests.Access;

/// <summary>The steps by which docs/operations.md changes the signing key, with hosts that are restarted at each.</summary>
public class KeyRotationTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private const string Cars = "/v1/vehicles/live?near=37.7,-122.4";

    [Fact]
    public async Task KeyChange_KeepsOldTokensUntilTheOldKeyIsDropped()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        string first = NewKey(), second = NewKey();
        var old = await IssueAsync(database, first);
        Assert.True(IsSignedBy(old, first));

        // Both are valid, the new one signs.
        (string, object)[] both = [("Access:Keys:0", second), ("Access:Keys:1", first)];
        var young = await IssueAsync(database, second, first);
        Assert.True(IsSignedBy(young, second));
        await using (var node = await TrackingNode.StartAsync(redis.EndPoint, both))
        {
            foreach (var token in (string[])[old, young])
            {
                await using var stream = await Rider.OpenAsync(RiderStrategy.Sse, node, Cars, token);
                Assert.NotNull(await stream.NextJsonAsync());
            }
        }

        await using var after = await TrackingNode.StartAsync(redis.EndPoint, ("Access:Keys:0", second));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PollRider.GetAsync(after, Cars, old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(after, Cars, young)).Status);
    }

    // A dispatcher's token that Records issues with these keys, the first of which signs.
    private async Task<string> IssueAsync(string database, params string[] keys)
    {
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database, null, [.. keys.Select((key, i) => ($"Access:Keys:{i}", (object)key))]);
        // By hand with the last of them: what was signed before the change goes on working.
        using var service = records.As(TestTokens.Make("backend", "service", key: keys[^1]));
        using var answer = await service.PostAsJsonAsync("/v1/tokens", new { role = "dispatcher", sub = "desk", ttl = 600 }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("token").GetString()!;
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static bool IsSignedBy(string token, string key)
    {
        var dot = token.LastIndexOf('.');
        return HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.ASCII.GetBytes(token[..dot])).AsSpan()
            .SequenceEqual(System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(dot + 1)));
    }
}
