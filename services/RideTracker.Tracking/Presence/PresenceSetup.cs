using RideTracker.Hosting;

namespace RideTracker.Tracking.Presence;

/// <summary>Puts the presence slice into a host.</summary>
public static class PresenceSetup
{
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.AddCheckedOptions<PresenceOptions>(PresenceOptions.Section);
        services.AddSingleton<PresenceMetrics>();
        services.AddHostedService<SilenceSweeper>();
        return services;
    }
}
