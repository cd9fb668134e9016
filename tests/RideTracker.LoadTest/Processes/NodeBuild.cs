namespace RideTracker.LoadTest.Processes;

/// <summary>Publishes the tracking node as the image's build does, and only where a source is newer than what was published last.</summary>
internal static class NodeBuild
{
    private static readonly string[] SourceFolders = ["services/RideTracker.Protocol", "services/RideTracker.Tracking"];
    private static readonly string[] SourceFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "deploy/Dockerfile.dotnet"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Makes it, if need be, and returns the path of its dll.</summary>
    /// <exception cref="LoadTestException">It does not build.</exception>
    public static async Task<string> PublishAsync(ShippedSettings shipped, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Repository.Artifacts, "node");
        var dll = Path.Combine(folder, "RideTracker.Tracking.dll");
        var stamp = Path.Combine(folder, ".published");
        var sources = Sources();
        // A file that is gone makes no other newer: so the list of them counts too.
        var names = string.Join('\n', [.. shipped.PublishArguments, .. sources.Select(file => Path.GetRelativePath(Repository.Root, file.FullName)).Order(StringComparer.Ordinal)]);
        if (File.Exists(stamp) && File.Exists(dll) && File.GetLastWriteTimeUtc(stamp) > sources.Max(file => file.LastWriteTimeUtc)
            && await File.ReadAllTextAsync(stamp, cancellationToken) == names) return dll;
        var began = TimeProvider.System.GetUtcNow();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        await using var build = await ChildProcess.StartAsync(
            Cores.OnAll(["dotnet", .. shipped.PublishArguments, "-o", folder, "-nodeReuse:false", "-p:UseSharedCompilation=false"]),
            [new("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), new("DOTNET_NOLOGO", "1")], Repository.Root, null, Patience, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        if (await build.WaitAsync(limit.Token) != 0) throw new LoadTestException(ExitCodes.CannotStart, $"The tracking node does not build:\n{build.LastLines}");
        await File.WriteAllTextAsync(stamp, names, cancellationToken);
        // A source that was saved while it was built is newer than what was built.
        File.SetLastWriteTimeUtc(stamp, began.UtcDateTime);
        return dll;
    }

    private static List<FileInfo> Sources() =>
    [
        .. SourceFolders
            .SelectMany(folder => new DirectoryInfo(Path.Combine(Repository.Root, folder)).EnumerateFiles("*", SearchOption.AllDirectories))
            .Where(file => !file.FullName.Contains("/bin/", StringComparison.Ordinal) && !file.FullName.Contains("/obj/", StringComparison.Ordinal)),
        .. SourceFiles.Select(file => new FileInfo(Path.Combine(Repository.Root, file))),
    ];
}
