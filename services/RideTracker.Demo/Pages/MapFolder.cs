namespace RideTracker.Demo.Pages;

/// <summary>Finds the built web map.</summary>
internal static class MapFolder
{
    private const string InRepository = "clients/rider-map/dist";

    /// <summary>The folder given, or the one of the repository that the demo runs from; none if nothing was built there.</summary>
    public static string? Find(string? given)
    {
        if (given is not null) return IsBuilt(given) ? Path.GetFullPath(given) : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, InRepository);
            if (IsBuilt(built)) return built;
        }

        return null;
    }

    private static bool IsBuilt(string folder) => File.Exists(Path.Combine(folder, "index.html"));
}
