using System.Globalization;
using System.Runtime.InteropServices;
using RideTracker.LoadTest.Targets;
using Spectre.Console;

namespace RideTracker.LoadTest.Processes;

/// <summary>Says what was measured where: without it a figure can't be repeated.</summary>
internal sealed record RunHeader
{
    public required string CommandLine { get; init; }

    /// <summary>Of the repository; with <c>+</c> where files were changed since.</summary>
    public required string Commit { get; init; }

    public required string Started { get; init; }

    public required string Kernel { get; init; }

    public required string Processor { get; init; }

    public required int Cores { get; init; }

    public required string CoresUsed { get; init; }

    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    public required IReadOnlyList<string> Processes { get; init; }

    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Looks at the machine and the target; null: there are many, see the runs.</summary>
    public static async Task<RunHeader> ReadAsync(string commandLine, Target? target, TimeProvider time, CancellationToken cancellationToken) => new()
    {
        CommandLine = commandLine,
        Commit = await CommitAsync(cancellationToken),
        Started = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        Kernel = $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        Processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Cores = RideTracker.LoadTest.Processes.Cores.Online,
        CoresUsed = string.Create(CultureInfo.InvariantCulture, $"servers on core {RideTracker.LoadTest.Processes.Cores.Server}, generator on core {RideTracker.LoadTest.Processes.Cores.Generator}"),
        Versions = target?.Versions ?? new Dictionary<string, string>(),
        Processes = [.. (target?.Servers ?? []).Select(server => string.Create(CultureInfo.InvariantCulture, $"{server.Name} ({server.Pid})"))],
        Settings = target?.Settings ?? new Dictionary<string, string>(),
    };

    /// <summary>As lines of a console.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{CommandLine}   commit {Commit}   {Started}";
        yield return $"{Cores} cores ({Processor}), {CoresUsed}; {Kernel}";
        if (Processes.Count > 0) yield return $"servers: {string.Join(", ", Processes)}; {string.Join(", ", Versions.Select(version => $"{version.Key} {version.Value}"))}";
    }

    /// <summary>Shows it.</summary>
    /// <param name="extra">Variables of the node that are not shipped.</param>
    public void Print(IAnsiConsole console, IReadOnlyDictionary<string, string> extra)
    {
        foreach (var line in Lines()) console.Profile.Out.Writer.WriteLine(line);
        if (extra.Count > 0) console.Profile.Out.Writer.WriteLine($"NOT AS SHIPPED: {string.Join(' ', extra.Select(pair => $"{pair.Key}={pair.Value}"))}");
    }

    private static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var commit = await ChildProcess.StartAsync(["git", "rev-parse", "--short", "HEAD"], [], Repository.Root, null, TimeSpan.FromSeconds(5), cancellationToken);
            if (await commit.WaitAsync(cancellationToken) != 0) return "unknown";
            await using var changes = await ChildProcess.StartAsync(["git", "status", "--porcelain", "--untracked-files=no"], [], Repository.Root, null, TimeSpan.FromSeconds(5), cancellationToken);
            await changes.WaitAsync(cancellationToken);
            return commit.LastLines.Trim() + (changes.LastLines.Length > 0 ? "+" : "");
        }
        catch (LoadTestException)
        {
            // Not a clone: an archive of the sources.
            return "unknown";
        }
    }
}
