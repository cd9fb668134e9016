using RideTracker.Records.Outbox;

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
        services.AddSingleton<IPlanWays, NoWays>();
        return services;
    }

    public static RouteGroupBuilder MapTrips(this RouteGroupBuilder group) => group.MapTripsApi();

    private sealed class NoWays : IPlanWays
    {
        public void Want(string trip)
        {
        }

        public void WantOf(string driver)
        {
        }
    }
}
