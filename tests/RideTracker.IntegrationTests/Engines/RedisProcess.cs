using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>A redis-server of the host on a free port and in a temporary folder; can be killed and started again on its data.</summary>
internal sealed partial class RedisProcess : IAsyncDisposable
{
    private const string Binary = "redis-server";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridetracker-redis-");
    private readonly string[] _settings;
    private readonly int _port = FreePort.Next();
    private Process? _process;

    private RedisProcess(string[] settings) => _settings = settings;

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Starts a Redis 7.</summary>
    /// <param name="settings">Further settings as on the command line.</param>
    /// <exception cref="EngineMissingException">The host has none.</exception>
    public static async Task<RedisProcess> StartAsync(params string[] settings)
    {
        var version = await VersionAsync() ?? throw new EngineMissingException($"there is no {Binary} on the PATH (Debian: apt-get install redis-server)");
        if (version.Major != 7) throw new EngineMissingException($"the {Binary} on the PATH is version {version}, not 7");
        var redis = new RedisProcess(settings);
        await redis.StartAgainAsync();
        return redis;
    }

    /// <summary>Starts one as <see cref="StartAsync"/> does; where the host has none the running test is skipped, or fails where the engine is required.</summary>
    public static async Task<RedisProcess> RequireAsync(params string[] settings)
    {
        try
        {
            return await StartAsync(settings);
        }
        catch (EngineMissingException missing)
        {
            HubEngine.Missing("redis7", missing.Message);
            throw;
        }
    }

    /// <summary>Starts it on the same port and data, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(Binary) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.FullName };
        foreach (var word in (string[])["--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _folder.FullName, .. _settings])
            start.ArgumentList.Add(word);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new List<string>();
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (log) log.Add(line.Data);
            if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
        };
        _process.Exited += (_, _) =>
        {
            lock (log) ready.TrySetException(new InvalidOperationException($"{Binary} ended at once: {string.Join('\n', log)}"));
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Empties its folder; it must be down.</summary>
    public void LoseData()
    {
        foreach (var entry in _folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo folder) folder.Delete(recursive: true);
            else entry.Delete();
        }
    }

    /// <summary>A connection for tests.</summary>
    /// <param name="more">Further words of its configuration, each with a comma ahead.</param>
    public Task<ConnectionMultiplexer> ConnectAsync(string more = "") =>
        ConnectionMultiplexer.ConnectAsync($"{EndPoint},allowAdmin=true,connectTimeout=30000,asyncTimeout=60000{more}");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<Version?> VersionAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Binary, "--version") { RedirectStandardOutput = true })!;
            var text = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return VersionText().Match(text) is { Success: true } match ? Version.Parse(match.Groups[1].Value) : new Version(0, 0);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"v=(\d+\.\d+\.\d+)")]
    private static partial Regex VersionText();
}
