using RideTracker.Hosting;
using RideTracker.Records.Outbox;
using RideTracker.Records.Trails;

namespace RideTracker.Records.Trips;

/// <summary>Puts trips into a host.</summary>
public static class TripsSetup
{
    /// <summary>What commands need too.</summary>
    public static IServiceCollection AddTripsCore(this IServiceCollection services)
    {
        services.AddSingleton<TripProjector>();
        services.AddSingleton<IProjected>(provider => provider.GetRequiredService<TripProjector>());
        return services;
    }

    public static IServiceCollection AddTrips(this IServiceCollection services)
    {
        services.AddSingleton<TripChanges>();
        services.AddSingleton<TripDesk>();
        services.AddCheckedOptions<TripsOptions>(TripsOptions.Section);
        services.AddSingleton<TripsMetrics>();
        services.AddSingleton<DriverPlaces>();
        services.AddSingleton<WayPlanner>();
        services.AddSingleton<IPlanWays>(provider => provider.GetRequiredService<WayPlanner>());
        services.AddHostedService(provider => provider.GetRequiredService<WayPlanner>());
        services.AddSingleton<WayWatch>();
        services.AddSingleton<IFixesWritten>(provider => provider.GetRequiredService<WayWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<WayWatch>());
        services.AddHostedService<ArrivalReader>();
        return services;
    }

    public static RouteGroupBuilder MapTrips(this RouteGroupBuilder group) => group.MapTripsApi();
}
