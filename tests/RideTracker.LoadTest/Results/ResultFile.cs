using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Results;

/// <summary>Writes raw results as JSON into artifacts/loadtest.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // A percentile may be infinite: that many never came.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes a scenario's header and results, and returns the file's path, relative to the repository.</summary>
    public static async Task<string> WriteAsync<T>(string scenario, RunHeader header, T results, TimeProvider time)
    {
        var path = Path.Combine(Repository.Artifacts, string.Create(CultureInfo.InvariantCulture, $"{scenario}-{time.GetUtcNow():yyyyMMdd-HHmmss}.json"));
        await using var stream = File.Create(path);
        await JsonSerializer.SerializeAsync(stream, new { scenario, header, results }, Options);
        return Path.GetRelativePath(Repository.Root, path);
    }
}
