using System.Globalization;

namespace RideTracker.LoadTest.Processes;

/// <summary>The real tracking node in a process of its own, built and set up as the shipped image is.</summary>
internal sealed class TrackingNode : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private TrackingNode(ChildProcess process, int port, IReadOnlyDictionary<string, string> environment)
    {
        _process = process;
        Port = port;
        Environment = environment;
        _http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")), Timeout = TimeSpan.FromSeconds(10) };
    }

    public int Port { get; }

    public ServerProcess Process => new("node", _process.Pid);

    /// <summary>The variables that it was started with, without the key.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Starts it on the servers' core, and waits until it is ready.</summary>
    /// <param name="redisPort">The hub.</param>
    /// <param name="key">Signs tokens, base64.</param>
    /// <param name="extra">Variables beyond the shipped ones: a run with any is marked.</param>
    public static async Task<TrackingNode> StartAsync(int redisPort, string key, IReadOnlyDictionary<string, string> extra, CancellationToken cancellationToken)
    {
        var shipped = ShippedSettings.Read(Repository.Root);
        var dll = await NodeBuild.PublishAsync(shipped, cancellationToken);
        var port = FreePort.Next();
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in shipped.Environment) environment[name] = value;
        environment["Hub__Redis"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redisPort}");
        // Compose turns it off only since nothing drains the queue there yet; here the drainer does.
        environment["Hub__History"] = "on";
        environment["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        foreach (var (name, value) in extra) environment[name] = value;
        var process = await ChildProcess.StartAsync(
            Cores.On(Cores.Server, "dotnet", dll), [.. environment, new("Access__Keys__0", key)], Path.GetDirectoryName(dll)!, "Now listening on", TimeSpan.FromSeconds(60), cancellationToken);
        var node = new TrackingNode(process, port, environment);
        try
        {
            await node.UntilReadyAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes that it has allocated since its start, process-wide, by its own /metrics.</summary>
    public Task<double?> AllocatedBytesAsync(CancellationToken cancellationToken) => MetricAsync("dotnet_gc_heap_total_allocated", cancellationToken);

    /// <summary>Sum of the lines of a metric whose name begins so; null if there is none.</summary>
    public async Task<double?> MetricAsync(string name, CancellationToken cancellationToken)
    {
        var text = await _http.GetStringAsync("/metrics", cancellationToken);
        var values = text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(Value).ToList();
        return values.Count == 0 ? null : values.Sum();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    // NAME{labels} VALUE [TIMESTAMP]
    private static double Value(string line)
    {
        var rest = line[(Math.Max(line.LastIndexOf('}'), line.IndexOf(' ') - 1) + 1)..].Trim();
        return double.Parse(rest.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            using var ready = await _http.GetAsync("/health/ready", cancellationToken);
            if (ready.IsSuccessStatusCode) return;
            if (i == 100) throw new LoadTestException(ExitCodes.CannotStart, $"The node is not ready:\n{_process.LastLines}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }
}
