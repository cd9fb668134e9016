using System.Globalization;

namespace RideTracker.IntegrationTests.Replay;

/// <summary>Recorded traces of real cars, which lie beside the repository and not in it.</summary>
internal static class TraceFile
{
    private const string Name = "shared/data/traces/cabspotting.csv";

    /// <summary>Where the file lies; skips the test where it is not there.</summary>
    public static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RideTracker.sln"))) folder = folder.Parent;
        var path = folder?.Parent is { } beside ? Path.Combine(beside.FullName, Name) : Name;
        if (!File.Exists(path)) Assert.Skip($"The recorded traces are not here: ../{Name} beside the repository.");
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
            points.Add(new TracePoint(time, double.Parse(fields[2], CultureInfo.InvariantCulture), double.Parse(fields[3], CultureInfo.InvariantCulture)));
        }

        return cars;
    }
}

/// <summary>One recorded fix.</summary>
internal readonly record struct TracePoint(long TimeMs, double Lat, double Lng);
