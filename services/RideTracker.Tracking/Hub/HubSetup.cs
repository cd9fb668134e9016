using RideTracker.Hosting;
using RideTracker.Hosting.Access;

namespace RideTracker.Tracking.Hub;

/// <summary>Puts the hub slice into a host.</summary>
public static class HubSetup
{
    public static IServiceCollection AddHub(this IServiceCollection services)
    {
        services.AddCheckedOptions<HubOptions>(HubOptions.Section);
        services.AddSingleton<HubMetrics>();
        services.AddSingleton<HubLink>();
        services.AddSingleton<IRevocationHub>(provider => provider.GetRequiredService<HubLink>());
        services.AddHostedService(provider => provider.GetRequiredService<HubLink>());
        services.AddHostedService<HistoryGauge>();
        services.AddSingleton<HubReader>();
        services.AddSingleton<HubWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<HubWriter>());
        return services;
    }
}
