using Microsoft.Extensions.Options;
using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Reads the streets of <c>Routing:Streets</c> when the host starts, and refuses a file that holds none.</summary>
internal sealed partial class StreetMapLoader(StreetMap map, IOptions<RoutingOptions> options, ILogger<StreetMapLoader> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Streets is not { Length: > 0 } path) return;
        try
        {
            await using var file = File.OpenRead(path);
            var graph = await StreetGraph.LoadGeoJsonAsync(file, cancellationToken);
            map.Take(graph);
            LogLoaded(path, graph.Streets.Count, graph.NodeCount);
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(
                RoutingOptions.Section, typeof(RoutingOptions), [$"Routing:Streets must name a GeoJSON file of streets, but '{path}' is none: {failure.Message}"]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(801, LogLevel.Information, "Ways are planned over {Path}: {Streets} streets, {Crossings} crossings")]
    private partial void LogLoaded(string path, int streets, int crossings);
}
