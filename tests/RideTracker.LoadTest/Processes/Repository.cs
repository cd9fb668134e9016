namespace RideTracker.LoadTest.Processes;

/// <summary>Where the sources are, and where results go.</summary>
internal static class Repository
{
    /// <summary>The folder of RideTracker.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>Where results, and what is built for a run, are kept; not under version control.</summary>
    public static string Artifacts { get; } = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "loadtest")).FullName;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RideTracker.sln"))) return folder.FullName;
        throw new LoadTestException(ExitCodes.CannotStart, "The load test runs inside the repository: there is no RideTracker.sln in any folder above it.");
    }
}
