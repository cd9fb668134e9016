using RideTracker.Hosting;

namespace RideTracker.Tracking.FanOut;

/// <summary>Puts the fan-out slice into a host.</summary>
public static class FanOutSetup
{
    public static IServiceCollection AddFanOut(this IServiceCollection services)
    {
        services.AddCheckedOptions<FanOutOptions>(FanOutOptions.Section);
        services.AddSingleton<FanOutMetrics>();
        services.AddSingleton<StateFramePool>();
        services.AddSingleton<Routes>();
        services.AddSingleton<TripEnds>();
        services.AddHostedService(provider => provider.GetRequiredService<TripEnds>());
        services.AddSingleton<TripFeeds>();
        services.AddHostedService(provider => provider.GetRequiredService<TripFeeds>());
        services.AddSingleton<CellFeeds>();
        services.AddHostedService(provider => provider.GetRequiredService<CellFeeds>());
        return services;
    }
}
