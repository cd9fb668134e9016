using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Drivers;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.Tracking.Hub;

/// <summary>Puts the hub slice into a host.</summary>
public static class HubSetup
{
    public static IServiceCollection AddHub(this IServiceCollection services)
    {
        services.AddCheckedOptions<HubOptions>(HubOptions.Section);
        services.AddSingleton<HubMetrics>();
        services.AddSingleton<HubLink>();
        services.AddSingleton<IHubScripts>(provider => provider.GetRequiredService<HubLink>());
        services.AddSingleton<IRevocationHub>(provider => provider.GetRequiredService<HubLink>());
        services.AddHostedService(provider => provider.GetRequiredService<HubLink>());
        services.AddHostedService<HistoryGauge>();
        services.AddSingleton<HubReader>();
        services.AddSingleton<HubWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<HubWriter>());
        services.AddSingleton<TripProjection>();
        services.AddSingleton<DutyProjection>();
        return services;
    }
}
