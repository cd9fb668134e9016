using System.Diagnostics;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>Records as operators run it: a process of its own, which can be killed.</summary>
internal sealed class RecordsProcess : IAsyncDisposable
{
    private readonly Process _process;

    private RecordsProcess(Process process, string url) => (_process, Url) = (process, new Uri(url));

    public Uri Url { get; }

    /// <summary>Starts it; it reads the queue as soon as it is up.</summary>
    public static RecordsProcess Start(string redis, string database, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        var url = FormattableString.Invariant($"http://127.0.0.1:{FreePort.Next()}");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RideTracker.Records.dll"));
        foreach (var (key, value) in (IEnumerable<(string Key, string Value)>)
            [("urls", url), ("Hub:Redis", redis), ("Database:ConnectionString", database), ("Access:Keys:0", TestTokens.Key), .. settings])
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var process = new Process { StartInfo = start };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new RecordsProcess(process, url);
    }

    public bool HasExited => _process.HasExited;

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
    }
}
