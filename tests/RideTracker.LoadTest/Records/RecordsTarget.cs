using System.Globalization;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Trips;

namespace RideTracker.LoadTest.Records;

/// <summary>Redis, PostgreSQL with this version's tables, and Records in a process of its own, published as its image's build does.</summary>
internal sealed class RecordsTarget : IAsyncDisposable
{
    private readonly RedisServer _redis;
    private readonly PostgresServer _postgres;
    private readonly ChildProcess _records;

    private RecordsTarget(RedisServer redis, PostgresServer postgres, ChildProcess records, Uri url, Tokens tokens, IReadOnlyDictionary<string, string> settings, string redisVersion)
    {
        _redis = redis;
        _postgres = postgres;
        _records = records;
        Http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        ServiceToken = tokens.Service();
        Settings = settings;
        Versions = new Dictionary<string, string> { ["redis"] = redisVersion, [".NET"] = Environment.Version.ToString() };
    }

    public int RedisPort => _redis.Port;

    /// <summary>Asks Records.</summary>
    public HttpClient Http { get; }

    /// <summary>For what needs one.</summary>
    public string ServiceToken { get; }

    public string Database => _postgres.ConnectionString;

    public IReadOnlyDictionary<string, string> Settings { get; }

    public IReadOnlyDictionary<string, string> Versions { get; }

    public bool IsAlive => !_records.HasExited;

    /// <summary>What Records wrote last.</summary>
    public string LastLines => _records.LastLines;

    public static async Task<RecordsTarget> StartAsync(string redisBinary, bool appendOnly, IReadOnlyDictionary<string, string> extra, CancellationToken cancellationToken)
    {
        var dll = await PublishAsync(cancellationToken);
        var tokens = new Tokens();
        RedisServer? redis = null;
        PostgresServer? postgres = null;
        try
        {
            redis = await RedisServer.StartAsync(redisBinary, appendOnly, cancellationToken, Cores.Generator);
            postgres = await PostgresServer.StartAsync(cancellationToken);
            var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}");
            var environment = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["Hub__Redis"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}"),
                ["Database__ConnectionString"] = postgres.ConnectionString,
                ["ASPNETCORE_URLS"] = url,
            };
            foreach (var (name, value) in extra) environment[name] = value;
            IEnumerable<KeyValuePair<string, string>> all = [.. environment, new("Access__Keys__0", tokens.Key)];
            await using (var migrate = await ChildProcess.StartAsync(Cores.On(Cores.Server, "dotnet", dll, "migrate"), all, Path.GetDirectoryName(dll)!, null, TimeSpan.FromSeconds(60), cancellationToken))
                if (await migrate.WaitAsync(cancellationToken) != 0) throw new LoadTestException(ExitCodes.CannotStart, $"The database can't be migrated:\n{migrate.LastLines}");
            var records = await ChildProcess.StartAsync(Cores.On(Cores.Server, "dotnet", dll), all, Path.GetDirectoryName(dll)!, "Now listening on", TimeSpan.FromSeconds(60), cancellationToken);
            foreach (var (name, value) in PostgresServer.Settings) environment[$"postgres {name}"] = value;
            return new RecordsTarget(redis, postgres, records, new Uri(url), tokens, environment, await RedisServer.VersionAsync(redisBinary, cancellationToken));
        }
        catch
        {
            if (postgres is not null) await postgres.DisposeAsync();
            if (redis is not null) await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>CPU seconds so far, by process; PostgreSQL's backends, writers and all are one.</summary>
    public IReadOnlyDictionary<string, double> CpuSeconds() => new Dictionary<string, double>
    {
        ["records"] = ProcFs.CpuSeconds(_records.Pid),
        ["postgres"] = ProcFs.CpuSecondsOfFamily(_postgres.Pid),
        ["redis"] = ProcFs.CpuSeconds(_redis.Process.Pid),
        ["generator"] = ProcFs.CpuSeconds(Environment.ProcessId),
    };

    /// <summary>Rows that Records has committed, by its own /metrics.</summary>
    public Task<long> WrittenAsync(CancellationToken cancellationToken) => MetricAsync("ridetracker_trails_written_total", cancellationToken);

    /// <summary>A count of Records' own /metrics, the sum of all its labels; 0 where nothing was counted yet.</summary>
    public async Task<long> MetricAsync(string name, CancellationToken cancellationToken)
    {
        var text = await Http.GetStringAsync("/metrics", cancellationToken);
        return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            .Sum(line => long.Parse(line[(line.IndexOf('}') + 1)..].Trim().Split(' ')[line.Contains('}') ? 0 : 1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _records.DisposeAsync();
        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
    }

    // As deploy/Dockerfile.dotnet does; what is up to date costs a few seconds.
    private static async Task<string> PublishAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Repository.Artifacts, "records");
        await using var build = await ChildProcess.StartAsync(
            Cores.OnAll("dotnet", "publish", "services/RideTracker.Records", "-c", "Release", "-o", folder, "-nodeReuse:false", "-p:UseSharedCompilation=false"),
            [new("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), new("DOTNET_NOLOGO", "1")], Repository.Root, null, TimeSpan.FromMinutes(5), cancellationToken);
        return await build.WaitAsync(cancellationToken) == 0
            ? Path.Combine(folder, "RideTracker.Records.dll")
            : throw new LoadTestException(ExitCodes.CannotStart, $"Records does not build:\n{build.LastLines}");
    }
}
