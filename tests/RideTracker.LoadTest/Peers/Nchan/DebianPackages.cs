using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers.Nchan;

/// <summary>Installs Debian packages where that is possible, without starting the services in them.</summary>
internal static class DebianPackages
{
    // By its presence and its exit code 101 it says that no service may start: the host's services are left alone, as in deploy/test.
    private const string Policy = "/usr/sbin/policy-rc.d";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <exception cref="LoadTestException">This is not Debian, or not root: says what to install.</exception>
    public static async Task InstallAsync(string[] packages, CancellationToken cancellationToken)
    {
        var missing = $"Missing for this comparison: {string.Join(", ", packages)}. On Debian: apt-get install --no-install-recommends {string.Join(' ', packages)}";
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get")) throw new LoadTestException(ExitCodes.CannotStart, missing);
        var hadPolicy = File.Exists(Policy);
        if (!hadPolicy)
        {
            await File.WriteAllTextAsync(Policy, "#!/bin/sh\nexit 101\n", cancellationToken);
            File.SetUnixFileMode(Policy, (UnixFileMode)0b111_101_101);
        }

        try
        {
            await RunAsync(["update"], missing, cancellationToken);
            await RunAsync(["install", "-y", "--no-install-recommends", .. packages], missing, cancellationToken);
        }
        finally
        {
            // Left behind, it would keep every later service of this machine from starting.
            if (!hadPolicy) File.Delete(Policy);
        }
    }

    /// <summary>Versions that are installed, by package.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> VersionsAsync(string[] packages, CancellationToken cancellationToken)
    {
        await using var query = await ChildProcess.StartAsync(["dpkg-query", "-W", "-f", "${Package} ${Version}\\n", .. packages], [], "/", null, Patience, cancellationToken);
        await query.WaitAsync(cancellationToken);
        return query.LastLines.Split('\n').Select(line => line.Split(' ')).Where(words => words.Length == 2).ToDictionary(words => words[0], words => words[1]);
    }

    private static async Task RunAsync(string[] arguments, string missing, CancellationToken cancellationToken)
    {
        await using var apt = await ChildProcess.StartAsync(["apt-get", .. arguments], [new("DEBIAN_FRONTEND", "noninteractive")], "/", null, Patience, cancellationToken);
        if (await apt.WaitAsync(cancellationToken) != 0) throw new LoadTestException(ExitCodes.CannotStart, $"{missing}\n{apt.LastLines}");
    }
}
