using System.Diagnostics;
using System.Globalization;

namespace RideTracker.LoadTest.Processes;

/// <summary>
/// Ends this program's servers where it can't any more, since it was killed: a shell that reads their ids from this process until the pipe ends. Ctrl-C does not
/// reach the servers (<see cref="Cores.On"/>), so without it they would run on.
/// </summary>
internal static class Guard
{
    // Ids that are ended by their own program are taken off: the kernel may give them to others.
    private const string Script = """
        trap '' INT TERM HUP
        pids=' '
        while read -r word pid; do
            if [ "$word" = add ]; then pids="$pids$pid "; else pids="${pids%% $pid *} ${pids#* $pid }"; fi
        done
        for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
        """;

    private static readonly Lock Gate = new();
    private static Process? _shell;

    public static void Add(int pid) => Write("add", pid);

    public static void Remove(int pid) => Write("remove", pid);

    private static void Write(string word, int pid)
    {
        lock (Gate)
        {
            _shell ??= Start();
            _shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{word} {pid}"));
            _shell.StandardInput.Flush();
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true };
        foreach (var argument in (string[])["sh", "-c", Script]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
