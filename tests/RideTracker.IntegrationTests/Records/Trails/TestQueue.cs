using System.Globalization;
using Npgsql;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>The queue of fixes and the table that they come into, written and read apart from the product's code.</summary>
internal sealed class TestQueue(IDatabase redis, string database)
{
    /// <summary>A moment of today that all of a test's fixes begin at, whole seconds before now.</summary>
    public static long Now { get; } = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() * 1_000 - 60_000;

    /// <summary>An element as accept.lua makes it, of lines such as <c>"d1 " + received + " " + fixes</c>.</summary>
    public static string Element(string id, params string[] lines) => $"{id}\n{string.Concat(lines.Select(line => line + "\n"))}";

    /// <summary>A line with fixes one second apart.</summary>
    public static string Line(string driver, long firstMs, int count) => string.Create(
        CultureInfo.InvariantCulture,
        $"{driver} {Now} {string.Concat(Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"{firstMs + 1_000 * i},37.{7_000_000 + i},-122.4,5,8.4,187;")))}");

    /// <summary>Appends elements and counts their bytes, as accept.lua does.</summary>
    public async Task PushAsync(params string[] elements)
    {
        foreach (var element in elements)
        {
            await redis.ListRightPushAsync(HubKeys.History(0), element);
            await redis.StringIncrementAsync(HubKeys.HistoryBytes(0), System.Text.Encoding.UTF8.GetByteCount(element));
        }
    }

    /// <summary>Waits until nothing is in the queue, nor counted to be.</summary>
    public Task UntilEmptyAsync(int partitions = 1) => UntilAsync(async () =>
    {
        for (var partition = 0; partition < partitions; partition++)
            if (await redis.ListLengthAsync(HubKeys.History(partition)) > 0) return false;
        return true;
    });

    public async Task<long> CountedBytesAsync() => (long)await redis.StringGetAsync(HubKeys.HistoryBytes(0));

    /// <summary>All fixes of the history, by driver and time; a fix that is there twice is there twice.</summary>
    public async Task<IReadOnlyList<(string Driver, long TimeMs)>> FixesAsync()
    {
        var fixes = new List<(string, long)>();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT driver, (extract(epoch FROM fix_time) * 1000)::bigint FROM fixes ORDER BY 1, 2", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) fixes.Add((reader.GetString(0), reader.GetInt64(1)));
        return fixes;
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is T value ? value : default;
    }

    public async Task ExecuteAsync(string sql) => await ScalarAsync<object>(sql);

    /// <summary>The rows of a query with one column of text.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string sql)
    {
        var texts = new List<string>();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) texts.Add(reader.GetString(0));
        return texts;
    }

    /// <summary>Waits until something holds; fails after three minutes.</summary>
    public static Task UntilAsync(Func<Task<bool>> holds) => Eventually.IsSoAsync(holds, TimeSpan.FromMinutes(3));
}
