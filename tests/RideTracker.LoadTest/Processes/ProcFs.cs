using System.Globalization;

namespace RideTracker.LoadTest.Processes;

/// <summary>Reads what the kernel knows of a process.</summary>
internal static class ProcFs
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>CPU time that a process has used, user and kernel, in seconds; 0 if it is gone.</summary>
    public static double CpuSeconds(int pid)
    {
        var text = Read(pid, "stat");
        if (text is null) return 0;
        // The name in brackets may hold anything; utime and stime are the 12th and 13th word after it.
        var words = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(words[11], CultureInfo.InvariantCulture) + long.Parse(words[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>CPU time of a process and all its children that run now, in seconds.</summary>
    public static double CpuSecondsOfFamily(int pid) => CpuSeconds(pid) + Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == pid).Sum(CpuSeconds);

    /// <summary>Memory of a process that is in RAM, in bytes; 0 if it is gone.</summary>
    public static long ResidentBytes(int pid)
    {
        var text = Read(pid, "status");
        var line = text?.Split('\n').FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Time that a core was not idle, in seconds since the machine started, whoever used it.</summary>
    public static double BusySeconds(int core)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cpu{core} ");
        var ticks = File.ReadLines("/proc/stat").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        // user nice system idle iowait irq softirq steal (proc(5)); guests are part of user.
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / TicksPerSecond;
    }

    private static int ParentOf(int pid)
    {
        var text = Read(pid, "stat");
        return text is null ? 0 : int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
