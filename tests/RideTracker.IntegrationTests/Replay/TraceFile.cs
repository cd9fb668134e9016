using System.Globalization;

namespace RideTracker.IntegrationTests.Replay;

/// <summary>Recorded traces of real cars, which lie beside the repository and not in it.</summary>
internal static class TraceFile
{
    /// <summary>Where the file lies; skips the test where it is not there.</summary>
    public static string Find() => Find("shared/data/traces/cabspotting.csv");

    /// <summary>Where the streets under the traces lie (the middle of the city); skips the test where they are not there.</summary>
    public static string FindStreets() => Find("shared/data/streets/sf-streets.geojson");

    /// <summary>Where the neighbourhoods of the city lie; skips the test where they are not there.</summary>
    public static string FindNeighbourhoods() => Find("shared/data/streets/sf-neighbourhoods.geojson");

    private static string Find(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RideTracker.sln"))) folder = folder.Parent;
        var path = folder?.Parent is { } beside ? Path.Combine(beside.FullName, name) : name;
        if (!File.Exists(path)) Assert.Skip($"Recorded data are not here: ../{name} beside the repository.");
        return path;
    }

    /// <summary>The traces by car, oldest first; skips the test where the file is not there.</summary>
    public static IReadOnlyDictionary<string, List<TracePoint>> Read()
    {
        var cars = new Dictionary<string, List<TracePoint>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Find()).Skip(1))
        {
            var fields = line.Split(',');
            var time = DateTimeOffset.Parse(fields[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
            if (!cars.TryGetValue(fields[0], out var points)) cars[fields[0]] = points = [];
            points.Add(new TracePoint(time, double.Parse(fields[2], CultureInfo.InvariantCulture), double.Parse(fields[3], CultureInfo.InvariantCulture), fields[4] == "1"));
        }

        return cars;
    }
}

/// <summary>One recorded fix.</summary>
/// <param name="Occupied">The cab has a fare.</param>
internal readonly record struct TracePoint(long TimeMs, double Lat, double Lng, bool Occupied = false);
