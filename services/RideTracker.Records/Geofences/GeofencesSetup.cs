using RideTracker.Hosting;
using RideTracker.Records.Trails;

namespace RideTracker.Records.Geofences;

/// <summary>Puts geofences into a host.</summary>
public static class GeofencesSetup
{
    public static IServiceCollection AddGeofences(this IServiceCollection services)
    {
        services.AddCheckedOptions<GeofencesOptions>(GeofencesOptions.Section);
        services.AddSingleton<FenceSet>();
        services.AddHostedService(provider => provider.GetRequiredService<FenceSet>());
        services.AddSingleton<GeofencesMetrics>();
        services.AddSingleton<GeofenceStore>();
        services.AddSingleton<IFixesWritten, CrossingsWriter>();
        return services;
    }

    public static RouteGroupBuilder MapGeofences(this RouteGroupBuilder group)
    {
        GeofencesApi.Map(group);
        return group;
    }
}
