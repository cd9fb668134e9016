using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Records.Database;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace RideTracker.IntegrationTests.Engines;

/// <summary>
/// A PostgreSQL of the host with PostGIS, on a free port and in a temporary folder, started at the first use and for all tests: each takes a
/// database of its own from it. As root it runs as the user postgres, since the server refuses root.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>The engine's word in <c>RIDETRACKER_REQUIRE_ENGINES</c>.</summary>
    public const string Name = "postgis";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly int _port = FreePort.Next();
    private DirectoryInfo? _folder;
    private Process? _process;
    private bool _hasTemplate;
    private int _databases;

    public ValueTask InitializeAsync() => default;

    /// <summary>Makes a database with this version's tables; skips the test where there is no PostgreSQL, or fails it where one is required.</summary>
    /// <returns>Its connection string, as a superuser.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await StartAsync();
            if (!_hasTemplate)
            {
                await ExecuteAsync("CREATE DATABASE template_records");
                // Not pooled: a database with connections is no template.
                await MigrateAsync(ConnectionString("template_records") + ";Pooling=false");
                _hasTemplate = true;
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"test_{++_databases}");
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template_records");
            return ConnectionString(name);
        }
        catch (EngineMissingException missing)
        {
            HubEngine.Missing(Name, missing.Message);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Makes an empty database: no tables, no PostGIS.</summary>
    public async Task<string> CreateEmptyDatabaseAsync()
    {
        await CreateDatabaseAsync();
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"CREATE DATABASE empty_{++_databases}"));
        return ConnectionString(string.Create(CultureInfo.InvariantCulture, $"empty_{_databases}"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await RunAsync(Binary("pg_ctl"), ["-D", DataFolder, "-m", "immediate", "stop"]);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder?.Delete(recursive: true);
        _gate.Dispose();
        GC.SuppressFinalize(this);
    }

    private string DataFolder => Path.Combine(_folder!.FullName, "data");

    /// <summary>Applies the migrations, as the command <c>migrate</c> does.</summary>
    public static async Task MigrateAsync(string connectionString)
    {
        await using var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { ConnectionString = connectionString }));
        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>All that a database holds, as <c>pg_dump</c> writes it: one INSERT per row and line.</summary>
    public static async Task<IReadOnlyList<string>> DumpAsync(string connectionString)
    {
        var at = new NpgsqlConnectionStringBuilder(connectionString);
        var dump = await RunPlainAsync(Binary("pg_dump"), ["-h", at.Host!, "-p", at.Port.ToString(CultureInfo.InvariantCulture), "-U", at.Username!, "--inserts", "--no-owner", at.Database!]);
        Assert.True(dump.Code == 0, dump.Output);
        return dump.Output.Split('\n');
    }

    private string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Database={database};Username=postgres;Maximum Pool Size=20;Timeout=60;Command Timeout=120;Connection Idle Lifetime=5;Connection Pruning Interval=2");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task StartAsync()
    {
        if (_process is not null) return;
        _ = Binary("postgres");
        _folder = Directory.CreateTempSubdirectory("ridetracker-postgres-");
        if (IsRoot) await RunPlainAsync("chown", ["postgres:postgres", _folder.FullName]);
        var initialised = await RunAsync(Binary("initdb"), ["-D", DataFolder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
        if (initialised.Code != 0) throw new EngineMissingException($"initdb failed: {initialised.Output}");
        // What is lost at a crash of the machine matters nothing here; what is lost at a crash of Records is what the tests look at.
        var start = Start(Binary("postgres"),
        [
            "-D", DataFolder, "-p", _port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_folder.FullName}",
            "-c", "fsync=off", "-c", "max_connections=500", "-c", "shared_buffers=64MB",
        ]);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new StringBuilder();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (log) log.AppendLine(line.Data);
            if (line.Data.Contains("database system is ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
        };
        process.Exited += (_, _) =>
        {
            lock (log) ready.TrySetException(new EngineMissingException($"postgres ended at once: {log}"));
        };
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
        _process = process;
    }

    private static bool IsRoot => Environment.UserName == "root";

    // Debian keeps the server's programs out of the PATH, by version.
    private static string Binary(string name)
    {
        var folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        return folders.Concat(path).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new EngineMissingException($"there is no {name} (Debian: apt-get install postgresql postgresql-postgis)");
    }

    private static ProcessStartInfo Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        string[] all = IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments] : [program, .. arguments];
        start.FileName = all[0];
        foreach (var argument in all.Skip(1)) start.ArgumentList.Add(argument);
        return start;
    }

    private static Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments) => RunAsync(Start(program, arguments));

    private static Task<(int Code, string Output)> RunPlainAsync(string program, IEnumerable<string> arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    private static async Task<(int Code, string Output)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
