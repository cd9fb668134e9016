using Npgsql;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Records.Privacy;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The list of columns that can hold an id is whole.</summary>
public class PersonalDataTests(PostgresServer postgres)
{
    // Text, JSON and bytes of our own tables; partitions have their parent's columns.
    private const string Columns = """
        SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
        JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace
        WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
          AND c.table_name NOT IN ('__EFMigrationsHistory', 'spatial_ref_sys')
          AND c.data_type NOT IN ('bigint', 'integer', 'smallint', 'double precision', 'real', 'numeric', 'boolean', 'timestamp with time zone', 'date', 'uuid')
        """;

    [Fact]
    public async Task EveryColumnThatCanHoldAnId_IsKnownToErasure()
    {
        await using var connection = new NpgsqlConnection(await postgres.CreateDatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(Columns, connection);
        var there = new SortedSet<string>(StringComparer.Ordinal);
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) there.Add(reader.GetString(0));
        }

        var known = PersonalData.Rules.Select(rule => $"{rule.Table}.{rule.Column}").Concat(PersonalData.Impersonal).ToHashSet();

        Assert.True(there.IsSubsetOf(known), $"Say in Privacy/PersonalData.cs what erasing does with: {string.Join(", ", there.Except(known))}");
        Assert.True(known.IsSubsetOf(there), $"No longer there, take it out of Privacy/PersonalData.cs: {string.Join(", ", known.Except(there))}");
    }

    [Theory]
    [InlineData("d-1", "driver d-1 drove", true)]
    [InlineData("d-1", "\"d-1\"", true)]
    [InlineData("d-1", "/v1/drivers/d-1/duty", true)]
    [InlineData("d-1", "d-17", false)]
    [InlineData("d-1", "bad-1", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("Ann \"A\" (x)", "{\"rider\":\"Ann \\\"A\\\" (x)\"}", true)]
    [InlineData("Zoë", "{\"rider\":\"Zoë\"}", true)]
    public async Task Pattern_FindsTheIdAndNoLongerOne_InPostgresAndInDotNet(string id, string text, bool found)
    {
        var pattern = new Person(PersonKind.Rider, id).Pattern;
        await using var connection = new NpgsqlConnection(await postgres.CreateDatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT @text ~ @pattern", connection) { Parameters = { new("@text", text), new("@pattern", pattern) } };

        Assert.Equal(found, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Equal(found, System.Text.RegularExpressions.Regex.IsMatch(text, pattern));
    }
}
