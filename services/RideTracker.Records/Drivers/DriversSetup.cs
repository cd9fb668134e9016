using RideTracker.Records.Outbox;

namespace RideTracker.Records.Drivers;

/// <summary>Puts drivers into a host.</summary>
public static class DriversSetup
{
    /// <summary>What commands need too.</summary>
    public static IServiceCollection AddDriversCore(this IServiceCollection services) => services.AddSingleton<IProjected, DutyProjector>();

    public static IServiceCollection AddDrivers(this IServiceCollection services) => services.AddSingleton<DriverDesk>();

    public static RouteGroupBuilder MapDrivers(this RouteGroupBuilder group) => group.MapDriversApi();
}
