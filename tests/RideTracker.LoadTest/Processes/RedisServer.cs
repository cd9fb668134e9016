using System.Globalization;

namespace RideTracker.LoadTest.Processes;

/// <summary>A redis-server of its own: free port, temporary folder, nothing saved unless asked.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly DirectoryInfo _folder;

    private RedisServer(ChildProcess process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public ServerProcess Process => new("redis", _process.Pid);

    /// <summary>Starts it on the servers' core.</summary>
    /// <param name="binary">The program: redis-server or valkey-server.</param>
    /// <param name="appendOnly">Whether it writes each change to a file, as docker-compose.yml has it (fsync each second).</param>
    /// <param name="core">Another core than the servers'.</param>
    public static async Task<RedisServer> StartAsync(string binary, bool appendOnly, CancellationToken cancellationToken, int? core = null)
    {
        var folder = Directory.CreateTempSubdirectory("ridetracker-load-");
        var port = FreePort.Next();
        try
        {
            var process = await ChildProcess.StartAsync(
                Cores.On(core ?? Cores.Server, binary, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--protected-mode", "no", "--save", "", "--appendonly", appendOnly ? "yes" : "no",
                    "--maxmemory-policy", "noeviction", "--dir", folder.FullName),
                [], folder.FullName, "Ready to accept connections", TimeSpan.FromSeconds(20), cancellationToken);
            return new RedisServer(process, folder, port);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Its version, such as <c>7.0.15</c>.</summary>
    public static async Task<string> VersionAsync(string binary, CancellationToken cancellationToken)
    {
        await using var process = await ChildProcess.StartAsync([binary, "--version"], [], "/", null, TimeSpan.FromSeconds(5), cancellationToken);
        await process.WaitAsync(cancellationToken);
        var text = process.LastLines;
        var at = text.IndexOf("v=", StringComparison.Ordinal);
        return at < 0 ? text : text[(at + 2)..].Split(' ')[0];
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
