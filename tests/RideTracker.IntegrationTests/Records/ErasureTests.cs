using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Geofences;
using RideTracker.Records.Outbox;

namespace RideTracker.IntegrationTests.Records;

/// <summary>Export and erasure by their commands, over all that the product wrote of a driver and a rider.</summary>
public class ErasureTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    // One id is the beginning of the other's, so that nothing is erased by a prefix.
    private const string Ann = "drv-7";
    private const string Bob = "drv-77";
    private const string Rider = "rider-5";
    private const string OtherRider = "rider-55";

    private readonly List<IAsyncDisposable> _open = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridetracker-privacy-");
    private string _database = "";
    private RecordsNode _records = null!;
    private TrackingNode _node = null!;
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _database = await postgres.CreateDatabaseAsync();
        _open.Add(_records = await RecordsNode.StartAsync(redis.EndPoint, _database, null, ("Trails:PollMs", 50)));
        _open.Add(_node = await TrackingNode.StartAsync(redis.EndPoint));
        _desk = new Desk(_records, TestTokens.Make("backend", "service"));
    }

    public async ValueTask DisposeAsync()
    {
        _desk?.Dispose();
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Driver_Erased_IsInTheRecordAlone()
    {
        var (token, _) = await DriveAsync();
        var before = await PostgresServer.DumpAsync(_database);
        foreach (var table in (string[])["drivers", "trips", "fixes", "dead_fixes", "events", "tokens", "off_duty", "idempotency_keys", "geofence_presence"])
            Assert.Contains(before, line => line.StartsWith($"INSERT INTO public.{table}", StringComparison.Ordinal) && Has(line, Ann));
        Assert.Contains(await RedisDump.OfAsync(redis.Redis), line => Has(line, Ann));

        var dry = await RunAsync("erase", "--driver", Ann);
        Assert.True(dry.Code == 0, dry.Output);
        Assert.Contains("--yes", dry.Output, StringComparison.Ordinal);
        Assert.Equal(3, await FixesAsync(Ann));

        var done = await RunAsync("erase", "--driver", Ann, "--yes", "--by", "privacy desk");

        Assert.True(done.Code == 0, done.Output);
        await AssertGoneAsync(Ann, "driver");
        // Nobody else lost anything, and trips are still there to be counted.
        Assert.Equal(2, await FixesAsync(Bob));
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM trips WHERE status = 'complete'"));
        Assert.Equal(1, await CountAsync($"SELECT count(*) FROM trips WHERE driver = '~erased' AND card_name IS NULL AND rider = '{Rider}'"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM privacy_requests WHERE finished IS NOT NULL AND by = 'privacy desk' AND action = 'erase'"));

        // The token that the driver had is refused for good, also after Redis lost everything.
        await redis.BeginAsync();
        await _records.Services.GetRequiredService<Rebuild>().RunAsync(TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(await RedisDump.OfAsync(redis.Redis), line => Has(line, Ann));
        await Eventually.IsSoAsync(async () => await ReportStatusAsync(Ann, token) == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Driver_ErasedWhileRedisIsRebuilt_IsNotWrittenAgain()
    {
        await DriveAsync();
        await using var holder = new NpgsqlConnection(_database);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var hold = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var lockRows = new NpgsqlCommand($"SELECT 1 FROM trips WHERE driver = '{Ann}' FOR UPDATE", holder, hold)) await lockRows.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var erasing = RunAsync("erase", "--driver", Ann, "--yes");
        // Redis is clean by now, and what the database has committed still names the driver.
        await Eventually.IsSoAsync(async () => await CountAsync("SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database() AND NOT granted") > 0
            || await CountAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0);

        await _records.Services.GetRequiredService<Rebuild>().RunAsync(TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.Contains(await RedisDump.OfAsync(redis.Redis), line => Has(line, Ann));
        await hold.RollbackAsync(TestContext.Current.CancellationToken);

        var done = await erasing;
        Assert.True(done.Code == 0, done.Output);
        await AssertGoneAsync(Ann, "driver");
    }

    [Fact]
    public async Task Rider_Erased_IsInTheRecordAlone()
    {
        await DriveAsync();
        var before = await PostgresServer.DumpAsync(_database);
        foreach (var table in (string[])["trips", "tokens", "idempotency_keys"])
            Assert.Contains(before, line => line.StartsWith($"INSERT INTO public.{table}", StringComparison.Ordinal) && Has(line, Rider));

        var done = await RunAsync("erase", "--rider", Rider, "--yes");

        Assert.True(done.Code == 0, done.Output);
        await AssertGoneAsync(Rider, "rider");
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM trips WHERE rider = '~erased' AND pickup_label IS NULL AND pickup_lat = 37.8 AND pickup_lng = -122.4"));
        Assert.Equal(1, await CountAsync($"SELECT count(*) FROM trips WHERE rider = '{OtherRider}' AND pickup_label = 'Home of {OtherRider}' AND pickup_lat = 37.7801"));
        Assert.DoesNotContain(await RedisDump.OfAsync(redis.Redis), line => line.Contains($"Home of {Rider} ", StringComparison.Ordinal));
        Assert.Equal(3, await FixesAsync(Ann));
    }

    [Theory]
    [InlineData("--driver", Ann)]
    [InlineData("--rider", Rider)]
    public async Task PersonOnATrip_IsNotErased_AndItIsSaidWhatToDo(string option, string id)
    {
        await _desk.DriverAsync(Ann);
        var trip = await TripAsync(Rider, "k-1");
        await _desk.AssignAsync(trip, Ann);

        var refused = await RunAsync("erase", option, id, "--yes");

        Assert.Equal(75, refused.Code);
        Assert.Contains(trip, refused.Output, StringComparison.Ordinal);
        Assert.Contains("cancel", refused.Output, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync($"SELECT count(*) FROM trips WHERE rider = '{Rider}' AND driver = '{Ann}'"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM privacy_requests"));
    }

    [Fact]
    public async Task Erasure_WithFixesInTheQueueAndNobodyToTakeThem_ErasesNothingAndGoesOnLater()
    {
        await DriveAsync();
        await _records.StopAsync();
        await new TestDriver(Ann).ReportAsync(_node, TestDriver.FixAt(NowMs() + 10_000, 9));

        var refused = await RunAsync("erase", "--driver", Ann, "--yes", "--wait", "1");

        Assert.Equal(75, refused.Code);
        Assert.Equal(3, await FixesAsync(Ann));
        _open.Add(await RecordsNode.StartAsync(redis.EndPoint, _database, null, ("Trails:PollMs", 50)));
        var done = await RunAsync("erase", "--driver", Ann, "--yes");
        Assert.True(done.Code == 0, done.Output);
        await AssertGoneAsync(Ann, "driver");
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM privacy_requests"));
    }

    [Fact]
    public async Task Export_HasAllOfThePersonAndNothingOfOthers_AndOverwritesNoFile()
    {
        await DriveAsync();
        var path = Path.Combine(_folder.FullName, "ann.zip");

        var exported = await RunAsync("export", "--driver", Ann, "--to", path);

        Assert.True(exported.Code == 0, exported.Output);
        var driver = await ReadAsync(path);
        Assert.Equal((1, 1, 3), (driver["drivers"].Count, driver["trips"].Count, driver["fixes"].Count));
        Assert.NotEmpty(driver["events"]);
        Assert.NotEmpty(driver["tokens"]);
        Assert.NotEmpty(driver["off_duty"]);
        Assert.Equal("Ann Miller", driver["drivers"][0]["name"]!.GetValue<string>());
        Assert.Equal(37.7700001, driver["fixes"][1]["lat"]!.GetValue<double>());
        Assert.All(driver.Values.SelectMany(lines => lines), line => Assert.False(Has(line.ToJsonString(), Bob) || Has(line.ToJsonString(), Rider), line.ToJsonString()));

        var again = await RunAsync("export", "--driver", Ann, "--to", path);
        Assert.Equal(73, again.Code);
        Assert.Equal(3, (await ReadAsync(path))["fixes"].Count);

        var ridersPath = Path.Combine(_folder.FullName, "rider.zip");
        Assert.Equal(0, (await RunAsync("export", "--rider", Rider, "--to", ridersPath)).Code);
        var rider = await ReadAsync(ridersPath);
        Assert.Equal($"Home of {Rider}", Assert.Single(rider["trips"])["pickup_label"]!.GetValue<string>());
        Assert.NotEmpty(rider["trail"]);
        Assert.All(rider.Values.SelectMany(lines => lines), line => Assert.False(Has(line.ToJsonString(), Ann) || Has(line.ToJsonString(), OtherRider), line.ToJsonString()));
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM privacy_requests WHERE action = 'export'"));
    }

    [Theory]
    [InlineData("erase", "--yes")]
    [InlineData("erase", "--driver", "a b", "--yes")]
    [InlineData("erase", "--driver", "a", "--rider", "b", "--yes")]
    [InlineData("export", "--to", "x.zip")]
    public async Task Command_WithoutOnePerson_SaysHowItIsUsed(params string[] arguments)
    {
        var refused = await RunAsync(arguments);

        Assert.Equal(64, refused.Code);
        Assert.Contains("--driver", refused.Output, StringComparison.Ordinal);
    }

    // Two drivers and two riders, each pair on a trip from request to completion, and whatever else there is to be known of them.
    private async Task<(string DriverToken, string Trip)> DriveAsync()
    {
        var (token, trip) = ("", "");
        await _desk.AskAsync(
            HttpMethod.Put, "/v1/geofences/town", 201,
            """{"type":"Feature","properties":{"name":"Town"},"geometry":{"type":"Polygon","coordinates":[[[-122.5,37.7],[-122.3,37.7],[-122.3,37.9],[-122.5,37.9],[-122.5,37.7]]]}}""");
        // Else it is known a moment later.
        await _records.Services.GetRequiredService<FenceSet>().RefreshAsync(TestContext.Current.CancellationToken);
        foreach (var (driver, rider, fixes) in ((string, string, int)[])[(Ann, Rider, 3), (Bob, OtherRider, 2)])
        {
            await _desk.DriverAsync(driver);
            var issued = (await _desk.PostAsync("/v1/tokens", 200, $$"""{"role":"driver","sub":"{{driver}}","ttl":3600}""")).Word("token");
            var phone = new TestDriver(driver, issued);
            await _desk.PostAsync($"/v1/drivers/{driver}/duty", 200, """{"on":false}""");
            await _desk.PostAsync($"/v1/drivers/{driver}/duty", 200, """{"on":true}""");
            var id = await TripAsync(rider, $"trip for {rider}".Replace(' ', '/'));
            await _desk.AssignAsync(id, driver, key: $"assign/{driver}");
            await _desk.PostAsync("/v1/tokens", 200, $$"""{"role":"rider","sub":"{{rider}}","trip":"{{id}}","ttl":3600}""");
            await _desk.PostAsync($"/v1/trips/{id}/share", 201, """{"ttl":600}""");
            await UntilLiveAsync(id);
            await phone.ReportAsync(_node, TestDriver.FixAt(NowMs()));
            await _desk.PostAsync($"/v1/trips/{id}/start", 200);
            for (var i = 1; i < fixes; i++) await phone.ReportAsync(_node, TestDriver.FixAt(NowMs() + i, i * 0.001));
            await Eventually.IsSoAsync(async () => await FixesAsync(driver) == fixes);
            await _desk.PostAsync($"/v1/trips/{id}/complete", 200);
            // What the history can't take.
            await redis.Database.ListRightPushAsync(HubKeys.History(0), $"bad-{driver}\n{driver} 12x nonsense;\n");
            await Eventually.IsSoAsync(async () => await CountAsync($"SELECT count(*) FROM dead_fixes WHERE driver = '{driver}'") > 0);
            if (driver == Ann) (token, trip) = (issued, id);
        }

        await Eventually.IsSoAsync(async () => await CountAsync("SELECT count(*) FROM outbox") == 0);
        return (token, trip);
    }

    private async Task<string> TripAsync(string rider, string key) => (await _desk.PostAsync(
        "/v1/trips", 201, $$"""{"rider":"{{rider}}","dropoff":{"lat":37.79,"lng":-122.4},"pickup":{"lat":37.7801,"lng":-122.4101,"label":"Home of {{rider}}"} }""", key)).Word("id");

    private Task UntilLiveAsync(string trip) => Eventually.IsSoAsync(async () =>
        (await PollRider.GetAsync(_node, $"/v1/trips/{trip}/live", TestTokens.Dispatcher())) is { Status: HttpStatusCode.OK } answer && answer.Body.Contains("enroute-to-pickup", StringComparison.Ordinal));

    private async Task<HttpStatusCode> ReportStatusAsync(string driver, string token)
    {
        using var request = new TestDriver(driver, token).Request([TestDriver.FixAt(NowMs() + 20_000)]);
        using var answer = await _node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private async Task AssertGoneAsync(string id, string kind)
    {
        var left = (await PostgresServer.DumpAsync(_database)).Where(line => Has(line, id)).ToList();
        Assert.All(left, line => Assert.StartsWith("INSERT INTO public.privacy_requests", line, StringComparison.Ordinal));
        Assert.Contains($"'{kind}', '{id}'", Assert.Single(left), StringComparison.Ordinal);
        Assert.DoesNotContain(await RedisDump.OfAsync(redis.Redis), line => Has(line, id));
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => RecordsCommandLine.RunAsync(redis.EndPoint, _database, arguments);

    private Task<long> FixesAsync(string driver) => CountAsync($"SELECT count(*) FROM fixes WHERE driver = '{driver}'");

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<Dictionary<string, List<JsonNode>>> ReadAsync(string path)
    {
        await using var zip = await ZipFile.OpenReadAsync(path, TestContext.Current.CancellationToken);
        var files = new Dictionary<string, List<JsonNode>>();
        foreach (var entry in zip.Entries.Where(entry => entry.Name.EndsWith(".ndjson", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(await entry.OpenAsync(TestContext.Current.CancellationToken));
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            files.Add(entry.Name[..^7], [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)]);
        }

        return files;
    }

    // The id, and not the beginning of a longer one; bytes in the dump are hexadecimal.
    private static bool Has(string line, string id)
    {
        var hex = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(id));
        return System.Text.RegularExpressions.Regex.IsMatch(line, $@"(?<![A-Za-z0-9-]){System.Text.RegularExpressions.Regex.Escape(id)}(?![0-9])")
            || System.Text.RegularExpressions.Regex.IsMatch(line, $@"\\x[0-9a-f]*{hex}(?!3[0-9])");
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
