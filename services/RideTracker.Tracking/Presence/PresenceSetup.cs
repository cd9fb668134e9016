namespace RideTracker.Tracking.Presence;

/// <summary>Puts the presence slice into a host.</summary>
public static class PresenceSetup
{
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PresenceMetrics>();
        services.AddHostedService<SilenceSweeper>();
        return services;
    }
}
