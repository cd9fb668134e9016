using System.Diagnostics;
using System.Globalization;
using RideTracker.IntegrationTests.Engines;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A tracking node as operators run it: a process of its own, whose memory is its own and which can be killed.</summary>
internal sealed class NodeProcess : ITestServer, IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _log = [];

    private NodeProcess(ProcessStartInfo start, Uri url)
    {
        Url = url;
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    public int Id => _process.Id;

    public bool IsAlive => !_process.HasExited;

    public IReadOnlyList<string> Log
    {
        get { lock (_log) return [.. _log]; }
    }

    /// <summary>What the process holds of the machine's memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a node, and waits until it is ready.</summary>
    public static async Task<NodeProcess> StartAsync(string redis, params (string Key, object Value)[] settings)
    {
        var node = Launch(redis, settings);
        try
        {
            await node.UntilReadyAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node that may never be ready.</summary>
    public static NodeProcess Launch(string redis, params (string Key, object Value)[] settings)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RideTracker.Tracking.dll"));
        // Code that is compiled once, and few arenas: what is not the node's doing moves its memory less.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        foreach (var (key, value) in (IEnumerable<(string, object)>)[("urls", url), ("Hub:Redis", redis), ("Access:Keys:0", TestTokens.Key), .. settings])
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = Convert.ToString(value, CultureInfo.InvariantCulture);
        var node = new NodeProcess(start, new Uri(url));
        node._process.Start();
        node._process.BeginOutputReadLine();
        node._process.BeginErrorReadLine();
        return node;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private async Task UntilReadyAsync()
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(2);
        while (true)
        {
            Assert.True(IsAlive && TimeProvider.System.GetUtcNow() < deadline, $"the node is not ready: {string.Join('\n', Log)}");
            try
            {
                using var ready = await Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
                if (ready.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet; there is nothing to wait for but the next try.
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_log) _log.Add(line);
    }
}
