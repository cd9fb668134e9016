using System.Globalization;
using System.Text.Json;
using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers.SocketIo;

/// <summary>Starts the peer <c>socketio</c>: the Node app in the folder app, and a Redis.</summary>
internal static class SocketIoPeer
{
    public const string Name = "socketio";

    private static readonly string[] Files = ["package.json", "package-lock.json", "server.mjs"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Not where the sources are: node_modules is no place for a project's globs.
    private static string Folder => Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "socketio")).FullName;

    /// <summary>Copies the app, and installs its packages where they are not those of the lock file.</summary>
    /// <exception cref="LoadTestException">Node.js is missing, or its packages can't be installed.</exception>
    public static async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var source = Path.Combine(Repository.Root, "tests/RideTracker.LoadTest/Peers/SocketIo/app");
        var stamp = Path.Combine(Folder, ".installed");
        var lockFile = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"), cancellationToken);
        foreach (var file in Files) File.Copy(Path.Combine(source, file), Path.Combine(Folder, file), overwrite: true);
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp, cancellationToken) == lockFile) return;
        await using var npm = await ChildProcess.StartAsync(Cores.OnAll("npm", "ci", "--no-audit", "--no-fund"), [], Folder, null, Patience, cancellationToken);
        if (await npm.WaitAsync(cancellationToken) != 0) throw new LoadTestException(ExitCodes.CannotStart, $"The npm packages of Socket.IO can't be installed:\n{npm.LastLines}");
        await File.WriteAllTextAsync(stamp, lockFile, cancellationToken);
    }

    /// <exception cref="LoadTestException">It does not start.</exception>
    public static async Task<PeerTarget> StartAsync(PeerLoad load, CancellationToken cancellationToken)
    {
        var redis = await RedisServer.StartAsync("redis-server", appendOnly: false, cancellationToken);
        try
        {
            var port = FreePort.Next();
            var app = await PeerProcess.StartAsync(
                Cores.On(Cores.Server, "node", Path.Combine(Folder, "server.mjs"), port.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{redis.Port}")),
                PeerHost.ReadyText, cancellationToken);
            return new PeerTarget(Name, [redis.Process, new("app", app.Pid)], await VersionsAsync(cancellationToken), Riders(port, load), PeerWire.Post(port, load, "/pub/"), app, redis);
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    // Engine.IO 4 inside a WebSocket: the server sends 0{...}, the client asks for the main namespace by 40 (and gets 40{...}), 2 is the server's ping, 3 the client's pong.
    private static Targets.RiderPlan Riders(int port, PeerLoad load) => PeerWire.WebSocket(port, load, "/socket.io/?EIO=4&transport=websocket&topic=") with
    {
        AfterUpgrade = WebSocketFrame.Text("40"u8),
        Ping = "2"u8.ToArray(),
        Pong = WebSocketFrame.Text("3"u8),
    };

    private static async Task<IReadOnlyDictionary<string, string>> VersionsAsync(CancellationToken cancellationToken)
    {
        await using var node = await ChildProcess.StartAsync(["node", "--version"], [], "/", null, Patience, cancellationToken);
        await node.WaitAsync(cancellationToken);
        using var packages = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, "package.json"), cancellationToken));
        var versions = packages.RootElement.GetProperty("dependencies").EnumerateObject().ToDictionary(package => package.Name, package => package.Value.GetString()!);
        versions["Node.js"] = node.LastLines.TrimStart('v');
        return versions;
    }
}
