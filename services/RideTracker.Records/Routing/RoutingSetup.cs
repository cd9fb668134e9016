using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;

namespace RideTracker.Records.Routing;

/// <summary>Puts routing together.</summary>
public static class RoutingSetup
{
    /// <summary>Adds an <see cref="IRoutePlanner"/>: the OSRM server's where one is set, otherwise our own. A host that has streets already adds its own <see cref="StreetMap"/> before.</summary>
    public static IServiceCollection AddRoutePlanning(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCheckedOptions<RoutingOptions>(RoutingOptions.Section);
        services.AddSingleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>();
        services.TryAddSingleton(new StreetMap());
        services.AddSingleton<RoutingMetrics>();
        services.AddSingleton<StreetPlanner>();
        services.AddSingleton<OsrmClient>();
        services.AddSingleton<OsrmPlanner>();
        services.AddSingleton<IRoutePlanner>(provider => string.IsNullOrEmpty(provider.GetRequiredService<IOptions<RoutingOptions>>().Value.Osrm)
            ? provider.GetRequiredService<StreetPlanner>()
            : provider.GetRequiredService<OsrmPlanner>());
        services.AddHostedService<StreetMapLoader>();
        return services;
    }
}
