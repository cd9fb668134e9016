using System.Globalization;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Records;

/// <summary>A PostgreSQL of its own: free port, temporary folder, everything durable (fsync and synchronous_commit as they come).</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>What differs from PostgreSQL's own settings: they suit a machine of 1 GB, and a checkpoint every few seconds measures checkpoints.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["shared_buffers"] = "512MB",
        ["max_wal_size"] = "4GB",
        ["wal_compression"] = "lz4",
    };

    private readonly ChildProcess _process;
    private readonly DirectoryInfo _folder;

    private PostgresServer(ChildProcess process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public int Pid => _process.Pid;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database=postgres;Username=postgres");

    private static bool IsRoot => Environment.UserName == "root";

    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("ridetracker-load-");
        var port = FreePort.Next();
        var data = Path.Combine(folder.FullName, "data");
        try
        {
            if (IsRoot) await RunAsync(["chown", "postgres:postgres", folder.FullName], cancellationToken);
            await RunAsync(AsPostgres(Binary("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"), cancellationToken);
            string[] settings = [.. Settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })];
            var process = await ChildProcess.StartAsync(
                Cores.On(Cores.Generator, AsPostgres([
                    Binary("postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder.FullName}", .. settings])),
                [], "/", "database system is ready to accept connections", TimeSpan.FromSeconds(60), cancellationToken);
            return new PostgresServer(process, folder, port);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Debian keeps the server's programs out of the PATH, by version; postgres refuses root.</summary>
    private static string Binary(string name)
    {
        var folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return folders.Concat(Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? []).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new LoadTestException(ExitCodes.CannotStart, $"There is no {name} (Debian: apt-get install postgresql postgresql-postgis).");
    }

    private static string[] AsPostgres(params string[] command) => IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;

    private static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        await using var process = await ChildProcess.StartAsync(command, [], "/", null, TimeSpan.FromSeconds(60), cancellationToken);
        if (await process.WaitAsync(cancellationToken) != 0) throw new LoadTestException(ExitCodes.CannotStart, $"{string.Join(' ', command)} failed:\n{process.LastLines}");
    }
}
