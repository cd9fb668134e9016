using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RideTracker.LoadTest.Processes;

/// <summary>One process that this run started. It keeps the last lines it wrote, and is ended, by its id, at the latest when this program ends.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan TermPatience = TimeSpan.FromSeconds(3);
    private static readonly HashSet<ChildProcess> Running = [];

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _readyText;

    private ChildProcess(ProcessStartInfo start, string? readyText)
    {
        _readyText = readyText;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new LoadTestException(ExitCodes.CannotStart, $"{string.Join(' ', start.ArgumentList)} ended at once:\n{LastLines}"));
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that it wrote.</summary>
    public string LastLines
    {
        get { lock (_lines) return string.Join('\n', _lines); }
    }

    /// <summary>Starts a process with few variables of this one's environment: what a developer has set must not change what is measured.</summary>
    /// <param name="command">Program and arguments, see <see cref="Cores.On"/>.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="readyText">Part of the line by which it says that it is ready; null: not waited for.</param>
    /// <exception cref="LoadTestException">There is no such program, or it ended before it was ready.</exception>
    public static async Task<ChildProcess> StartAsync(
        string[] command, IEnumerable<KeyValuePair<string, string>> environment, string folder, string? readyText, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (var word in command[1..]) start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var name in (string[])["PATH", "HOME", "LANG", "TMPDIR", "DOTNET_ROOT", "NUGET_PACKAGES"])
            if (Environment.GetEnvironmentVariable(name) is { } value) start.Environment[name] = value;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var child = new ChildProcess(start, readyText);
        try
        {
            child._process.Start();
        }
        catch (Win32Exception e)
        {
            throw new LoadTestException(ExitCodes.CannotStart, $"{command[0]} can't be started: {e.Message}", e);
        }

        lock (Running) Running.Add(child);
        Guard.Add(child.Pid);
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        if (readyText is null) return child;
        try
        {
            await child._ready.Task.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException e)
        {
            var lines = child.LastLines;
            await child.DisposeAsync();
            throw new LoadTestException(ExitCodes.CannotStart, $"{string.Join(' ', command)} was not ready after {patience.TotalSeconds:0} s:\n{lines}", e);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }

        return child;
    }

    /// <summary>Ends all that still run, at once. For the end of this program.</summary>
    public static void KillAll()
    {
        lock (Running)
        {
            foreach (var child in Running) child.Kill();
        }
    }

    /// <summary>Waits until it ends by itself, and returns its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and SIGKILL for what does not end then.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited)
        {
            // One that was not asked to end: what it said last is the only trace of why.
            if (_process.ExitCode != 0) await Console.Error.WriteLineAsync($"{_process.StartInfo.FileName} ended by itself with code {_process.ExitCode}:\n{LastLines}");
        }
        else
        {
            _ = Kill(_process.Id, PosixTerm);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(TermPatience);
            }
            catch (TimeoutException)
            {
                // A server with thousands of connections drains for long: nobody needs it any more.
                Kill();
                await _process.WaitForExitAsync();
            }
        }

        lock (Running) Running.Remove(this);
        Guard.Remove(_process.Id);
        _process.Dispose();
    }

    private const int PosixTerm = 15;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);

    private void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines) _lines.Dequeue();
        }

        if (_readyText is not null && line.Contains(_readyText, StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
