using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Records;

/// <summary>All that a Redis holds, as text.</summary>
internal static class RedisDump
{
    /// <summary>Each key with its whole value, a line each.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(ConnectionMultiplexer redis)
    {
        var (lines, database) = (new List<string>(), redis.GetDatabase());
        foreach (var server in redis.GetServers())
        {
            await foreach (var key in server.KeysAsync())
            {
                var value = await database.KeyTypeAsync(key) switch
                {
                    RedisType.String => (string?)await database.StringGetAsync(key),
                    RedisType.Hash => string.Join(' ', (await database.HashGetAllAsync(key)).Select(field => $"{field.Name}={field.Value}")),
                    RedisType.List => string.Join(' ', await database.ListRangeAsync(key)),
                    RedisType.SortedSet => string.Join(' ', (await database.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => $"{entry.Element}:{entry.Score}")),
                    RedisType.Set => string.Join(' ', await database.SetMembersAsync(key)),
                    var other => throw new InvalidOperationException($"{key} is a {other}: say here how it is read."),
                };
                lines.Add($"{key} {value}");
            }
        }

        return lines;
    }
}
